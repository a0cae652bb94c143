// A whole page, around its sections.
#pragma once

#include <string>

#include "apps/report/draw/figures.h"

namespace norma {

struct Page {
  std::string kicker, title, subtitle;  ///< text, the others are HTML
  std::string head;                     ///< before the sections
  std::string sections;  ///< <section id="…"><h2>…</h2>…</section> …, to which the page's navigation links
  std::string footer;
  int layers = 0;  ///< how many have colours of their own
};

/// The page as one file that needs no other.
std::string render(const Page& page, const Figures& figures);

}  // namespace norma
