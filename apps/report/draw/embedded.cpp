#include "apps/report/draw/embedded.h"

// The assembler includes a file unchanged. A 0 follows it, because font readers read one number ahead.
#define NORMA_EMBED(name, file)              \
  asm(".pushsection .rodata\n"               \
      ".balign 16\n"                         \
      "norma_" #name ": .incbin \"" file     \
      "\"\n"                                 \
      "norma_" #name                         \
      "_end: .byte 0\n"                      \
      ".globl norma_" #name ", norma_" #name \
      "_end\n"                               \
      ".popsection\n");                      \
  extern "C" const char norma_##name[], norma_##name##_end[];

NORMA_EMBED(report_template, NORMA_REPORT_TEMPLATE)
NORMA_EMBED(font, NORMA_FONT)
NORMA_EMBED(bold_font, NORMA_BOLD_FONT)

namespace norma::embedded {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view report_template() { return between(norma_report_template, norma_report_template_end); }
std::string_view font() { return between(norma_font, norma_font_end); }
std::string_view bold_font() { return between(norma_bold_font, norma_bold_font_end); }

}  // namespace norma::embedded
