#include "core/dtype.h"

namespace norma {

const char* name(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return "float32";
    case DType::float64:
      return "float64";
    case DType::uint8:
      return "uint8";
    case DType::int64:
      return "int64";
  }
  fail("unknown dtype {}", static_cast<int>(dtype));
}

std::size_t size_in_bytes(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return 4;
    case DType::float64:
      return 8;
    case DType::uint8:
      return 1;
    case DType::int64:
      return 8;
  }
  fail("unknown dtype {}", static_cast<int>(dtype));
}

}  // namespace norma
