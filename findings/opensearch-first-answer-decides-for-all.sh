#!/usr/bin/env bash
# A learner's answer to a question about a date goes first into a new index whose mapping is dynamic; answers to
# other questions follow. The standard has `result.response` as any text.
# Expected: a text is indexed as text, whatever it says. What happens: the first answer looks like a date, so the
# field is one; every answer that is none is refused with 400, for all learners and all questions. In the other
# order both are stored.
# Seen with OpenSearch 2.19.5. An index that took such an answer first refuses most answered statements from then
# on: map `result.response` as `keyword` or set `date_detection` to false before the first statement comes.
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
cat > Answers.java <<'JAVA'
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.client.Client;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

class Answers extends Node {
  Answers(Settings settings, Path home) {
    super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home, () -> "one"), List.of(Netty4Plugin.class), true);
  }

  static String stored(Client client, String index, String statement) {
    try {
      client.prepareIndex(index).setSource(statement, XContentType.JSON).get();
      return "stored";
    } catch (RuntimeException refused) {
      return "refused: " + refused.getMessage().replaceAll(" in document with id '[^']*'", "");
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of("").toAbsolutePath();
    Settings settings = Settings.builder().put("cluster.name", "one").put("node.name", "one").put("path.home", home)
        .put("network.host", "127.0.0.1").put("http.port", "0").put("transport.port", "0").put("discovery.type", "single-node")
        .put("cluster.routing.allocation.disk.threshold_enabled", false).build();
    try (Node node = new Answers(settings, home).start()) {
      for (String index : new String[] {"a", "b"}) {
        String[] answers = index.equals("a") ? new String[] {"1789-07-14", "blue"} : new String[] {"blue", "1789-07-14"};
        for (String answer : answers)
          System.out.println(index + ": " + answer + ": "
              + stored(node.client(), index, "{\"result\": {\"response\": \"" + answer + "\"}}"));
      }
    }
  }
}
JAVA
want='a: 1789-07-14: stored
a: blue: refused: failed to parse field [result.response] of type [date]. Preview of field'\''s value: '\''blue'\''
b: blue: stored
b: 1789-07-14: stored'
got=$(java -Xmx512m -cp 'lib/*' Answers.java 2> log) || { tail -n 20 log; exit 1; }
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
