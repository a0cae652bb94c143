#include "core/image_tree.h"

namespace norma {
namespace {
thread_local int leaves_of_thread = most_leaves;
}

int image_leaves() { return leaves_of_thread; }
int set_image_leaves(int leaves) { return std::exchange(leaves_of_thread, leaves); }

}  // namespace norma
