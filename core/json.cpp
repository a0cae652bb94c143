#include "core/json.h"

#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <unordered_set>

#include "core/error.h"

namespace norma {
namespace {

// The parser calls it with each part of the text. The parser itself is not recursive.
template <class Json>
class Watch {
 public:
  explicit Watch(const std::string& name) : name_(name) {}

  bool operator()(int, typename Json::parse_event_t event, const Json& parsed) {
    using Event = typename Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      keys_.emplace_back();
      if (keys_.size() > deepest_json) fail("{}: its JSON is nested more than {} deep", name_, deepest_json);
    } else if (event == Event::object_end || event == Event::array_end) {
      keys_.pop_back();
    } else if (event == Event::key) {
      check_key(parsed.template get_ref<const std::string&>());
    }
    if (++values_ > 2 * most_json_values)  // starts, ends and keys count too
      fail("{}: its JSON has more than {} values", name_, most_json_values);
    return true;
  }

 private:
  static constexpr bool is_searched = std::is_same_v<Json, nlohmann::ordered_json>;
  static constexpr std::size_t longest_search = 1000;

  void check_key(const std::string& key) {
    if (!keys_.back().insert(key).second)
      fail("{}: its JSON has two values called {}", name_,
           Json(key.substr(0, 80)).dump(-1, ' ', true, Json::error_handler_t::replace));
    if (is_searched && keys_.back().size() > longest_search)
      fail("{}: its JSON has an object of more than {} values", name_, longest_search);
  }

  const std::string& name_;
  std::vector<std::unordered_set<std::string>> keys_;  // of each open object; empty for lists
  std::size_t values_ = 0;
};

// A value in a sentence.
template <class Json>
std::string words_for(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  if (!value.is_string()) return value.dump();
  constexpr std::size_t longest = 60;
  std::string text = value.template get<std::string>();
  const bool cut = text.size() > longest;
  if (cut) text.resize(longest);
  return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace) + (cut ? "…" : "");
}

}  // namespace

template <class Json>
Json parse_json(std::string_view text, const std::string& name) {
  Watch<Json> watch(name);
  try {
    return Json::parse(text.begin(), text.end(), std::ref(watch));
  } catch (const typename Json::parse_error& e) {
    fail("{} is not JSON: it is wrong at byte {} of {}", name, e.byte, text.size());
  } catch (const typename Json::exception&) {
    fail("{} is not JSON that can be read: a number in it is too large", name);
  }
}

template nlohmann::json parse_json(std::string_view, const std::string&);
template nlohmann::ordered_json parse_json(std::string_view, const std::string&);

template <class Json>
JsonObject<Json>::JsonObject(const Json& json, std::string file, std::string path)
    : json_(&json), file_(std::move(file)), path_(std::move(path)) {
  if (!json.is_object())
    fail("{}: {} is {} instead of an object", file_, path_.empty() ? "its JSON" : path_, words_for(json));
}

template <class Json>
bool JsonObject<Json>::has(const char* key) const {
  const auto found = json_->find(key);
  return found != json_->end() && !found->is_null();
}

template <class Json>
JsonObject<Json> JsonObject<Json>::object(const char* key) const {
  return {at(key), file_, place(key)};
}

template <class Json>
std::vector<JsonObject<Json>> JsonObject<Json>::objects(const char* key, std::size_t most) const {
  std::vector<JsonObject> all;
  for (const Json& value : list(key, most))
    all.emplace_back(value, file_, place(fmt::format("{}[{}]", key, all.size())));
  return all;
}

template <class Json>
std::int64_t JsonObject<Json>::whole(const char* key, std::int64_t low, std::int64_t high) const {
  return whole(at(key), key, low, high);
}

template <class Json>
bool JsonObject<Json>::truth(const char* key) const {
  const Json& value = at(key);
  if (!value.is_boolean()) refuse(value, key, "true or false");
  return value.template get<bool>();
}

template <class Json>
std::vector<std::int64_t> JsonObject<Json>::wholes(const char* key, std::size_t most, std::int64_t low,
                                                   std::int64_t high) const {
  std::vector<std::int64_t> all;
  for (const Json& value : list(key, most))
    all.push_back(whole(value, fmt::format("{}[{}]", key, all.size()), low, high));
  return all;
}

template <class Json>
double JsonObject<Json>::number(const char* key, double low, double high) const {
  return number(at(key), key, low, high);
}

template <class Json>
double JsonObject<Json>::number_or_nan(const char* key, double low, double high) const {
  const Json& value = at(key);
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : number(value, key, low, high);
}

template <class Json>
std::vector<double> JsonObject<Json>::numbers(const char* key, std::size_t most, double low,
                                              double high) const {
  std::vector<double> all;
  for (const Json& value : list(key, most))
    all.push_back(number(value, fmt::format("{}[{}]", key, all.size()), low, high));
  return all;
}

template <class Json>
std::string JsonObject<Json>::text(const char* key, std::size_t longest) const {
  return text(at(key), key, longest);
}

template <class Json>
std::vector<std::string> JsonObject<Json>::texts(const char* key, std::size_t most,
                                                 std::size_t longest) const {
  std::vector<std::string> all;
  for (const Json& value : list(key, most))
    all.push_back(text(value, fmt::format("{}[{}]", key, all.size()), longest));
  return all;
}

template <class Json>
const Json& JsonObject<Json>::at(const char* key) const {
  const auto found = json_->find(key);
  if (found == json_->end()) fail("{}: {} is missing", file_, place(key));
  return *found;
}

template <class Json>
const Json& JsonObject<Json>::list(const char* key, std::size_t most) const {
  const Json& value = at(key);
  if (!value.is_array() || value.size() > most) refuse(value, key, fmt::format("a list of at most {}", most));
  return value;
}

template <class Json>
std::string JsonObject<Json>::place(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

template <class Json>
std::int64_t JsonObject<Json>::whole(const Json& value, const std::string& key, std::int64_t low,
                                     std::int64_t high) const {
  // The parser makes an unsigned or a floating-point number of a whole number that is too large.
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.template get<std::uint64_t>() <= INT64_MAX);
  if (const std::int64_t number = fits ? value.template get<std::int64_t>() : 0;
      fits && number >= low && number <= high)
    return number;
  refuse(value, key, fmt::format("a whole number from {} to {}", low, high));
}

template <class Json>
double JsonObject<Json>::number(const Json& value, const std::string& key, double low, double high) const {
  if (value.is_number())
    if (const double number = value.template get<double>(); number >= low && number <= high) return number;
  refuse(value, key, fmt::format("a number from {:g} to {:g}", low, high));
}

template <class Json>
std::string JsonObject<Json>::text(const Json& value, const std::string& key, std::size_t longest) const {
  if (value.is_string() && value.template get_ref<const std::string&>().size() <= longest)
    return value.template get<std::string>();
  refuse(value, key, fmt::format("a text of at most {} bytes", longest));
}

template <class Json>
void JsonObject<Json>::refuse(const Json& value, const std::string& key, const std::string& expected) const {
  fail("{}: {} is {} instead of {}", file_, place(key), words_for(value), expected);
}

template class JsonObject<nlohmann::json>;
template class JsonObject<nlohmann::ordered_json>;

}  // namespace norma
