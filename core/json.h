// JSON from files, whose content can be anything: it is parsed within limits, and each value is checked as it
// is read. Every error is one sentence that names the file and the value.
//
//   const auto config = parse_json<nlohmann::ordered_json>(read_file(file, most_bytes), file.string());
//   const JsonObject object(config, file.string());
//   const auto epochs = object.object("training").whole("epochs", 1, 100'000);
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace norma {

/// The limits: a text with deeper nesting or more values is refused while it is parsed, before any recursive
/// function works on it.
inline constexpr std::size_t deepest_json = 32, most_json_values = 1'000'000;

/// The only function that parses JSON. Throws an error that begins with `name` if the text is not JSON,
/// exceeds the limits or has an object with two values of one name. An ordered_json searches its objects from
/// the start, so they have at most 1,000 values. Json is nlohmann::json or nlohmann::ordered_json.
template <class Json>
Json parse_json(std::string_view text, const std::string& name);

/// An object whose values are checked as they are read. Each function throws if the value is missing, has the
/// wrong type or is out of range. The object refers to the JSON, which must outlive it.
template <class Json>
class JsonObject {
 public:
  /// Error messages begin with `file`. `path` is the place of the object in the file: "" or "data.held_out".
  JsonObject(const Json& json, std::string file, std::string path = "");

  /// Whether there is a value of this name that is not null.
  bool has(const char* key) const;
  JsonObject object(const char* key) const;
  std::vector<JsonObject> objects(const char* key, std::size_t most) const;
  std::int64_t whole(const char* key, std::int64_t low, std::int64_t high) const;
  std::vector<std::int64_t> wholes(const char* key, std::size_t most, std::int64_t low,
                                   std::int64_t high) const;
  bool truth(const char* key) const;
  double number(const char* key, double low, double high) const;
  /// The same, but NaN for null: JSON has no numbers that are not finite, and they are written as null.
  double number_or_nan(const char* key, double low, double high) const;
  std::vector<double> numbers(const char* key, std::size_t most, double low, double high) const;
  /// At most `longest` bytes.
  std::string text(const char* key, std::size_t longest) const;
  std::vector<std::string> texts(const char* key, std::size_t most, std::size_t longest) const;

 private:
  const Json& at(const char* key) const;
  const Json& list(const char* key, std::size_t most) const;
  std::string place(const std::string& key) const;
  std::int64_t whole(const Json& value, const std::string& key, std::int64_t low, std::int64_t high) const;
  double number(const Json& value, const std::string& key, double low, double high) const;
  std::string text(const Json& value, const std::string& key, std::size_t longest) const;
  [[noreturn]] void refuse(const Json& value, const std::string& key, const std::string& expected) const;

  const Json* json_;
  std::string file_, path_;
};

extern template class JsonObject<nlohmann::json>;
extern template class JsonObject<nlohmann::ordered_json>;

}  // namespace norma
