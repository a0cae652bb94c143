// Checks a page in a browser.
#pragma once

#include <filesystem>
#include <iostream>

#include "tests/support/catch.h"
#include "tests/support/python.h"

namespace norma::test {

/// Opens a page in headless Chromium, if it is installed, and checks it (tests/apps/report_browser.py).
inline void check_in_browser(const std::filesystem::path& page) {
  const std::string python = python_with("json");
  if (python.empty()) {
    std::cout << no_python_with("json") << "\n";
    return;
  }
  const Finished browser =
      run_program({"/usr/bin/env", python, NORMA_SOURCE_DIR "/tests/apps/report_browser.py", page.string()});
  if (browser.status == 77) {
    std::cout << "skipped: " << browser.out;
    return;
  }
  INFO(browser.out << browser.err);
  CHECK(browser.status == 0);
}

}  // namespace norma::test
