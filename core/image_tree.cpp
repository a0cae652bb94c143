#include "core/image_tree.h"

namespace norma {
namespace {
thread_local int leaves_of_thread = most_leaves;
}

int image_leaves() { return leaves_of_thread; }
ImageLeaves::ImageLeaves(int leaves) : before_(std::exchange(leaves_of_thread, leaves)) {}
ImageLeaves::~ImageLeaves() { leaves_of_thread = before_; }

}  // namespace norma
