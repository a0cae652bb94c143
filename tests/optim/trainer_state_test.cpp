// A training that is taken up from its state has the bits of one that was never interrupted.
#include <cmath>

#include "apps/cli/options.h"
#include "core/random.h"
#include "data/synthetic.h"
#include "optim/trainer.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

constexpr int epochs = 3;
constexpr std::int64_t batch = 16, images = 72;  // 5 steps, the last one of 8 images

TrainingData some_data() {
  DataSplit split = make_synthetic(1, images, 16);
  return {split.train, split.test, {}, cifar10_normalization};
}

Recipe recipe_of(const std::string& optimizer, const std::string& scheduler) {
  Recipe recipe;
  recipe.epochs = epochs, recipe.batch_size = batch;
  recipe.optimizer = optimizer;
  recipe.scheduler = {.kind = scheduler, .step_size = 1, .patience = 0};
  recipe.augmentation = {.flip = true, .crop = 2};
  return recipe;
}

struct Session {
  std::shared_ptr<Module> network;
  Trainer trainer;
};

Session session(const Recipe& recipe, Norm norm) {
  Options options;
  options.network = {.norm = norm, .groups = {}, .dropout = 0.2};
  manual_seed(3);
  auto network = make_network(options);
  return {network, Trainer(network, some_data(), recipe)};
}

// All that may be told from a training that has ended.
std::vector<double> outcome(Session& s, std::vector<EpochResult> results) {
  std::vector<double> all;
  for (const EpochResult& r : results)
    for (const double v : {r.lr, r.train.loss, r.train.accuracy, r.test.loss, r.test.accuracy})
      all.push_back(v);
  for (const NamedTensor& t : s.network->state_dict())
    for (const double v : t.tensor.to_vector<double>()) all.push_back(v);
  for (const float v : s.trainer.test_scores()) all.push_back(v);
  return all;
}

State copy(const State& state) {
  State copied;
  for (const auto& [name, tensor] : state) copied.push_back({name, tensor.clone()});
  return copied;
}

}  // namespace

TEST_CASE("a training goes on from its state with the same bits", "[training][resume]") {
  const std::pair<const char*, const char*> kinds[] = {
      {"sgd", "onecycle"}, {"sgd", "step"}, {"adam", "plateau"}, {"adamw", "cosine"}, {"sgd", "none"}};
  for (const auto& [optimizer, scheduler] : kinds)
    for (const Norm norm : {Norm::bn, Norm::gn}) {
      if (sanitized && norm != Norm::bn) continue;
      CAPTURE(optimizer, scheduler, name(norm));
      const Recipe recipe = recipe_of(optimizer, scheduler);
      Session whole = session(recipe, norm);
      std::vector<State> states;  // after every step, and after every epoch
      std::vector<EpochResult> results;
      std::vector<std::size_t> finished;  // epochs, when a state was taken
      for (int epoch = 0; epoch < epochs; ++epoch) {
        results.push_back(whole.trainer.run_epoch([&](const StepReport&) {
          states.push_back(copy(whole.trainer.state_dict()));
          finished.push_back(static_cast<std::size_t>(epoch));
          return true;
        }));
        states.push_back(copy(whole.trainer.state_dict()));
        finished.push_back(static_cast<std::size_t>(epoch) + 1);
      }
      const std::vector<double> expected = outcome(whole, results);
      for (std::size_t i = 0; i < states.size(); i += sanitized ? 7 : 1) {
        CAPTURE(i);
        Session again = session(recipe, norm);
        again.trainer.load_state_dict(states[i]);
        std::vector<EpochResult> rest(results.begin(),
                                      results.begin() + static_cast<std::ptrdiff_t>(finished[i]));
        while (again.trainer.finished_epochs() < epochs) rest.push_back(again.trainer.run_epoch());
        CHECK(outcome(again, rest) == expected);
      }
    }
}

TEST_CASE("a state that does not fit is refused", "[training][resume]") {
  Session s = session(recipe_of("sgd", "onecycle"), Norm::gn);
  s.trainer.run_epoch();
  const State state = copy(s.trainer.state_dict());
  const auto refused = [&](const Recipe& recipe, Norm norm, const State& given, const std::string& why) {
    Session other = session(recipe, norm);
    CHECK_THROWS_WITH(other.trainer.load_state_dict(given), Catch::Contains(why));
  };
  refused(recipe_of("adam", "onecycle"), Norm::gn, state, "steps is missing");
  refused(recipe_of("sgd", "plateau"), Norm::gn, state, "scheduler is missing or does not have 3 numbers");
  refused(recipe_of("sgd", "onecycle"), Norm::bn, state, "running_mean");
  Recipe other_batch = recipe_of("sgd", "onecycle");
  other_batch.batch_size = 8;
  refused(other_batch, Norm::gn, state, "this training has 3 epochs of 9 steps");
  State without = state;
  std::erase_if(without, [](const NamedTensor& t) { return t.name == "progress"; });
  refused(recipe_of("sgd", "onecycle"), Norm::gn, without, "progress is missing");
}

TEST_CASE("a state with a count that is not one is refused", "[training][resume]") {
  const std::tuple<const char*, const char*, std::string, std::vector<std::int64_t>> counts[] = {
      {"sgd", "none", "progress", {0, 1, 2}},  {"sgd", "step", "scheduler", {0}},
      {"sgd", "cosine", "scheduler", {0}},     {"sgd", "onecycle", "scheduler", {0}},
      {"sgd", "plateau", "scheduler", {1, 2}}, {"adam", "none", "optimizer.steps", {0}}};
  for (const auto& [optimizer, scheduler, tensor, places] : counts) {
    Session s = session(recipe_of(optimizer, scheduler), Norm::gn);
    for (const std::int64_t place : places)
      for (const double wrong : {std::nan(""), -1.0, 1.5, 1e300, -1e300}) {
        CAPTURE(tensor, scheduler, place, wrong);
        const State state = copy(s.trainer.state_dict());
        find_tensor(state, tensor).data<double>()[place] = wrong;
        CHECK_THROWS_AS(s.trainer.load_state_dict(state), Error);
      }
  }
  Session s = session(recipe_of("sgd", "none"), Norm::gn);
  for (const double seconds : {std::nan(""), -1.0, 1e300}) {
    const State state = copy(s.trainer.state_dict());
    find_tensor(state, "progress").data<double>()[7] = seconds;
    CHECK_THROWS_WITH(s.trainer.load_state_dict(state), Catch::Contains("seconds: expected a number"));
  }
}
