#include "apps/python/words.h"

#include <algorithm>

#include "apps/cli/arguments.h"
#include "optim/presets.h"

namespace norma::python {
namespace {

// Flags that are for programs only.
bool is_for_programs(const std::string& flag) {
  const std::vector<std::string> flags = {"help", "version", "summary", "list-presets", "preset", "quiet"};
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

std::string value_of(nb::handle value) {
  if (nb::hasattr(value, "__fspath__"))
    return nb::cast<std::string>(nb::module_::import_("os").attr("fspath")(value));
  return nb::cast<std::string>(nb::str(value));
}

}  // namespace

FlagWords words_from(const nb::kwargs& arguments) {
  const std::vector<FlagText> known = texts_of(training_flags());
  std::vector<std::string> names;
  for (const FlagText& flag : known)
    if (!is_for_programs(flag.name)) names.push_back(flag.name);
  FlagWords words;
  for (const auto& [key, value] : arguments) {
    std::string name = nb::cast<std::string>(key);
    std::replace(name.begin(), name.end(), '_', '-');
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      std::string near = nearest(name, names);
      std::replace(near.begin(), near.end(), '-', '_');
      throw nb::type_error(fmt::format("there is no argument '{}'{}", nb::cast<std::string>(key),
                                       near.empty() ? "" : fmt::format("; did you mean '{}'?", near))
                               .c_str());
    }
    if (value.is_none()) continue;
    const auto flag =
        std::find_if(known.begin(), known.end(), [&](const FlagText& f) { return f.name == name; });
    if (!flag->value.empty())
      words.push_back({name, name == "data" || name == "out"
                                 ? nb::cast<std::string>(nb::module_::import_("os.path").attr("expanduser")(
                                       nb::str(value_of(value).c_str())))
                                 : value_of(value)});
    else if (nb::cast<bool>(value))
      words.push_back({name, ""});
  }
  return words;
}

Options options_from(const std::string& preset, FlagWords words) {
  words.insert(words.begin(), {"preset", preset});
  return norma::options_from(words, program_for(*find_preset(preset).data));
}

std::string command_of(const std::string& preset, const FlagWords& words) {
  std::string command = program_for(*find_preset(preset).data).name + " --preset " + preset;
  for (const auto& [flag, value] : words)
    command += " --" + flag + (value.empty() ? "" : " " + quoted(value));
  return command;
}

}  // namespace norma::python
