#!/usr/bin/env bash
# Keys of extensions are IRIs; two publishers use keys of which one goes on after a dot where the other ends.
# Expected: a key is a key. What happens: a dynamic mapping parts it at each dot, so `https://example` holds
# `org/time`, and that holds `unit`. What holds a number cannot hold another field: the second statement is refused
# with 400, and so is a key with two dots in a row, which an IRI may have.
# Seen with OpenSearch 2.19.5. Which extensions can be stored depends on those that came before, from whomever; map
# `extensions` as `flat_object` or with `enabled: false` beforehand.
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
cat > Keys.java <<'JAVA'
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.client.Client;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

class Keys extends Node {
  Keys(Settings settings, Path home) {
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
    try (Node node = new Keys(settings, home).start()) {
      String[] extensions = {
        "\"https://example.org/time\": 3",
        "\"https://example.org/time.unit\": \"s\"",
        "\"https://example.org/v1..v2\": 1"
      };
      for (String extension : extensions)
        System.out.println(extension + ": "
            + stored(node.client(), "a", "{\"result\": {\"extensions\": {" + extension + "}}}"));
    }
  }
}
JAVA
want='"https://example.org/time": 3: stored
"https://example.org/time.unit": "s": refused: Could not dynamically add mapping for field [https://example.org/time.unit]. Existing mapping for [result.extensions.https://example.org/time] must be of type object but found [long].
"https://example.org/v1..v2": 1: refused: failed to parse'
got=$(java -Xmx512m -cp 'lib/*' Keys.java 2> log) || { tail -n 20 log; exit 1; }
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
