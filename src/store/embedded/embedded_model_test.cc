#include <doctest/doctest.h>

#include "store/embedded/blobs.h"
#include "store/embedded/documents.h"
#include "store/embedded/safety/power_cut_files_test.h"
#include "store/embedded/statements.h"
#include "store/testing/model/checker.h"
#include "store/testing/temporary_folder.h"

namespace lectern::store::embedded {
namespace {

/// A process that dies with the power of its machine: what was not synced may be lost.
class Powered final : public model::Process {
 public:
  Powered(std::shared_ptr<PowerCutFiles>& files, const std::string& folder, std::uint32_t seed)
      : files_(files), random_(seed), env_(rocksdb::NewCompositeEnv(files)) {
    engine_ = Engine::open(folder, env_.get()).value();
    // Few enough that some are being written at any time.
    engine_->database->posting_buffer().set_postings_max(1 + seed % 50);
    engine_->trainer.set_texts_min(5 + seed % 20);
    stores_.statements = std::make_unique<EmbeddedStatements>(engine_);
    stores_.documents = std::make_unique<EmbeddedDocuments>(engine_);
    stores_.blobs = std::make_unique<EmbeddedBlobs>(engine_);
  }
  ~Powered() override {
    stores_ = {};
    engine_.reset();
    if (files_->is_cut()) files_ = files_->after_the_cut(random_);
  }

  Stores& stores() override { return stores_; }
  bool is_alive() const override { return !files_->is_cut(); }
  /// The power goes within the next writes.
  std::string disturb(std::mt19937& random) override {
    if (random() % 3 == 0) {
      files_->cut_after(1 + random() % 200);
      return "power cut";
    }
    const auto family = static_cast<Family>(random() % family_count);
    if (const auto pass = engine_->database->use(Deadline::max()))
      engine_->database->rocks()
          .Flush({}, engine_->database->family(family))
          .PermitUncheckedError();
    return "written out";
  }
  void calm() override {}
  void kill() override { files_->cut_after(1); }

 private:
  std::shared_ptr<PowerCutFiles>& files_;  // of the place
  std::mt19937_64 random_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::shared_ptr<Engine> engine_;
  Stores stores_;
};

class Machine final : public model::Deployment {
 public:
  Machine() { documents = true; }
  std::unique_ptr<model::Process> start(std::uint32_t seed) override {
    return std::make_unique<Powered>(files_, folder_.path(), seed);
  }

 private:
  const TemporaryFolder folder_;
  std::shared_ptr<PowerCutFiles> files_ = std::make_shared<PowerCutFiles>();
};

}  // namespace

TEST_CASE("the embedded store keeps its promises through power cuts and restarts") {
  model::check([] { return std::make_unique<Machine>(); },
               {.duration = std::chrono::seconds{4}, .fault_max = std::chrono::milliseconds{50}});
}

}  // namespace lectern::store::embedded
