// A whole page with its sections.
#pragma once

#include <string>

#include "apps/report/draw/figures.h"

namespace norma {

struct Page {
  std::string kicker, title, subtitle;  ///< text; the others are HTML
  std::string head;                     ///< before the sections
  std::string sections;  ///< <section id="…"><h2>…</h2>…</section> …; the navigation links to them
  std::string footer;
  int layers = 0;  ///< the number of layers that need a colour
};

/// The page as one file that needs no other file.
std::string render(const Page& page, const Figures& figures);

}  // namespace norma
