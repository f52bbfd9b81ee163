#!/usr/bin/env bash
# Two learners' scores go into a new index whose mapping is dynamic: the first has `scaled` 1, the second 0.85.
# Expected: a mean of 0.925, and both are at least 0.5. What happens: the first value makes the field a `long`;
# 0.85 is taken without a word and indexed as 0, so the mean is 0.5 and the second learner is not among those
# who have 0.5 or more, although the document shows 0.85. Had the second come first, all would be right.
# Seen with OpenSearch 2.19.5. Dashboards over statements in such an index show wrong means as soon as the first
# score of all was full marks; map the scores as `double` before the first statement comes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.opensearch</groupId><artifactId>opensearch</artifactId><version>2.19.5</version></dependency>
    <dependency><groupId>org.opensearch.plugin</groupId><artifactId>transport-netty4-client</artifactId><version>2.19.5</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.25.3</version></dependency>
  </dependencies>
</project>
POM
mvn -B -q -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory=lib
cat > Scores.java <<'JAVA'
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.client.Client;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.search.aggregations.metrics.Avg;
import org.opensearch.transport.Netty4Plugin;

class Scores extends Node {
  Scores(Settings settings, Path home) {
    super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home, () -> "one"), List.of(Netty4Plugin.class), true);
  }

  static String seen(Client client, String index, String... scores) {
    for (String score : scores)
      client.prepareIndex(index).setRefreshPolicy(RefreshPolicy.IMMEDIATE)
          .setSource("{\"result\": {\"score\": {\"scaled\": " + score + "}}}", XContentType.JSON).get();
    Avg mean = client.prepareSearch(index).addAggregation(AggregationBuilders.avg("mean").field("result.score.scaled"))
        .get().getAggregations().get("mean");
    long half = client.prepareSearch(index).setQuery(QueryBuilders.rangeQuery("result.score.scaled").gte(0.5))
        .get().getHits().getTotalHits().value;
    return String.format(java.util.Locale.ROOT, "%s: mean %.3f, %d of 2 have 0.5 or more",
        String.join(" then ", scores), mean.getValue(), half);
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of("").toAbsolutePath();
    Settings settings = Settings.builder().put("cluster.name", "one").put("node.name", "one").put("path.home", home)
        .put("network.host", "127.0.0.1").put("http.port", "0").put("transport.port", "0").put("discovery.type", "single-node")
        .put("cluster.routing.allocation.disk.threshold_enabled", false).build();
    try (Node node = new Scores(settings, home).start()) {
      System.out.println(seen(node.client(), "a", "1", "0.85"));
      System.out.println(seen(node.client(), "b", "0.85", "1"));
    }
  }
}
JAVA
want='1 then 0.85: mean 0.500, 1 of 2 have 0.5 or more
0.85 then 1: mean 0.925, 2 of 2 have 0.5 or more'
got=$(java -Xmx512m -cp 'lib/*' Scores.java 2> log) || { tail -n 20 log; exit 1; }
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
