#include "store/mongo/fixture.h"
#include "store/testing/answer_bytes.h"

namespace lectern::store::mongo {

TEST_CASE("answers of MongoDB to many callers share a budget of memory") {
  const auto server = test_server();
  if (!server) return;
  const TestDatabase database(*server);
  auto pool = Pool::open({test_uri(*server), 8, 10'000});
  REQUIRE(pool.has_value());
  constexpr std::size_t answer_bytes = 12UL * 1024 * 1024;
  {
    auto client = (*pool)->lease(Deadline::max());
    REQUIRE(client.has_value());
    std::vector<Bson> documents(1);
    documents[0].text("x", std::string(answer_bytes, 'x'));
    REQUIRE(client->insert(database.name, "long", documents).has_value());
  }
  contract::check_answers_share_a_budget(answer_bytes, [&]() -> Result<Client> {
    TRY(auto client, (*pool)->lease(Deadline::max()));
    RETURN_IF_ERROR(client.find(database.name, "long", {}, {}, [](View) { return true; }));
    return client;  // has the answer until it is given back
  });
}

}  // namespace lectern::store::mongo
