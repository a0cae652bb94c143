// ./run from any folder, through a link, with spaces in its path, and its configuration. cmake and dpkg-query
// are replaced by scripts, so that nothing is built.
#include <cstdlib>

#include "core/error.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

namespace fs = std::filesystem;
using namespace norma::test;

namespace {

class Checkout {
 public:
  Checkout() {
    fs::create_directories(root() / "apps");
    fs::create_directories(folder_ / "programs");
    fs::copy_file(fs::path(NORMA_SOURCE_DIR) / "run", root() / "run");
    write_file(root() / "apps/cifar_norm.cpp", "int main() {}\n");
    program("dpkg-query", "printf installed");
    program("nvidia-smi", "exit 9");
    program("cmake", "echo \"$*\" >>'" + log().string() +
                         "'\n"
                         "mkdir -p build/release/bin && touch build/release/build.ninja\n"
                         "case \"$*\" in *NORMA_CUDA=*)\n"
                         "  echo \"$*\" | sed 's/.*NORMA_CUDA=\\([A-Z]*\\).*/NORMA_CUDA:STRING=\\1/' "
                         ">build/release/CMakeCache.txt ;;\n"
                         "esac\n"
                         "printf '#!/bin/sh\\necho trained \"$@\"\\n' >build/release/bin/cifar_norm\n"
                         "chmod +x build/release/bin/cifar_norm");
  }

  fs::path root() const { return folder_ / "my checkout"; }
  void program(const std::string& name, const std::string& script) const {
    const fs::path file = folder_ / "programs" / name;
    write_file(file, "#!/bin/sh\n" + script + "\n");
    fs::permissions(file, fs::perms::owner_all);
  }
  // The output of `run`, and the arguments of its calls of cmake.
  std::string run(const std::string& arguments, const std::string& environment = "", int status = 0) const {
    fs::remove(log());
    write_file(log(), "");
    const Finished done = run_program(
        {"/bin/sh", "-c",
         fmt::format("cd / && env PATH='{}':\"$PATH\" {} '{}' {}", (folder_ / "programs").string(),
                     environment, (folder_ / "my link").string(), arguments)});
    INFO(done.err);
    CHECK(done.status == status);
    return done.out + done.err + read_file(log());
  }
  void link() const { fs::create_symlink(root() / "run", folder_ / "my link"); }

 private:
  fs::path log() const { return folder_ / "cmake.log"; }
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("./run works through a symbolic link and from any folder", "[repository][run]") {
  const Checkout checkout;
  checkout.link();
  CHECK_THAT(checkout.run("help"),
             Catch::Contains("any app by its name:") && Catch::Contains("cifar_norm )"));
  CHECK_THAT(checkout.run("cifar_norm --norm 'g n'"), Catch::Contains("trained --norm g n\n"));
}

TEST_CASE("./run compiles an app for GPUs only if one answers or a flag asks for it", "[repository][run]") {
  using Catch::Contains;
  const Checkout checkout;
  checkout.link();
  CHECK_THAT(checkout.run("cifar_norm"), Contains("--preset release -G Ninja -DNORMA_CUDA=OFF"));
  CHECK_THAT(checkout.run("cifar_norm"), !Contains("NORMA_CUDA"));  // configured already
  CHECK_THAT(checkout.run("cifar_norm --device cuda"), Contains("-DNORMA_CUDA=AUTO"));
  CHECK_THAT(checkout.run("cifar_norm"), !Contains("NORMA_CUDA"));  // keeps the configuration
  CHECK_THAT(checkout.run("cifar_norm", "NORMA_CUDA=OFF"), Contains("-DNORMA_CUDA=OFF"));
  CHECK_THAT(checkout.run("cifar_norm --device=cuda"), Contains("-DNORMA_CUDA=AUTO"));
  CHECK_THAT(checkout.run("cifar_norm", "NORMA_CUDA=ON"), Contains("-DNORMA_CUDA=ON"));
}

TEST_CASE("./run compiles an app for GPUs if a GPU answers", "[repository][run]") {
  const Checkout checkout;
  checkout.link();
  checkout.program("nvidia-smi", "echo GPU 0");
  CHECK_THAT(checkout.run("cifar_norm"), Catch::Contains("-DNORMA_CUDA=AUTO"));
}

TEST_CASE("./run needs Catch2 only for the tests", "[repository][run]") {
  const Checkout checkout;
  checkout.link();
  checkout.program("cmake",
                   "mkdir -p build/release/bin && touch build/release/build.ninja\n"
                   "echo Catch2_DIR:PATH=Catch2_DIR-NOTFOUND >build/release/CMakeCache.txt\n"
                   "printf '#!/bin/sh\\necho trained' >build/release/bin/cifar_norm && chmod +x "
                   "build/release/bin/cifar_norm");
  CHECK_THAT(checkout.run("cifar_norm"), Catch::Contains("trained"));
  CHECK_THAT(checkout.run("tests", "", 1), Catch::Contains("the tests need Catch2 2 or 3"));
}
