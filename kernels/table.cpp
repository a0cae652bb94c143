#include "kernels/table.h"

namespace norma {
namespace {

#define NORMA_SLOT_yes(executor, name) executor::name<T>
#define NORMA_SLOT_fused NORMA_SLOT_yes
#define NORMA_SLOT_no(executor, name) nullptr
#ifdef NORMA_CUDA
#define NORMA_CUDA_SLOT_yes NORMA_SLOT_yes
#else
#define NORMA_CUDA_SLOT_yes NORMA_SLOT_no
#endif
#define NORMA_CUDA_SLOT_fused NORMA_CUDA_SLOT_yes
#define NORMA_CUDA_SLOT_no NORMA_SLOT_no
#define NORMA_EPILOGUE_yes false
#define NORMA_EPILOGUE_fused true
#define NORMA_EPILOGUE_no false

template <class T>
constexpr Kernels<T> table{
#define NORMA_LINE(name, Args, ref, cpu_, simt_, cuda_)                                                      \
  .name = {#name,                                                                                            \
           {NORMA_SLOT_##ref(reference, name), NORMA_SLOT_##cpu_(cpu, name), NORMA_SLOT_##simt_(simt, name), \
            NORMA_CUDA_SLOT_##cuda_(cuda, name)},                                                            \
           {NORMA_EPILOGUE_##ref, NORMA_EPILOGUE_##cpu_, NORMA_EPILOGUE_##simt_, NORMA_EPILOGUE_##cuda_}},
    NORMA_OPERATIONS(NORMA_LINE)
#undef NORMA_LINE
};

}  // namespace

constinit const Kernels<float> kernels_float = table<float>;
constinit const Kernels<double> kernels_double = table<double>;

}  // namespace norma
