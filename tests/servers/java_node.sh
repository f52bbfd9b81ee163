# What the start.sh of Elasticsearch and OpenSearch have in common.
. "$(dirname "$0")/../starting.sh"

build() {
  [ -e "$cache/built" ] && [ -z "$(find "$here" -newer "$cache/built" -print -quit)" ] && return
  rm -rf "$cache/src"
  cp -r "$here/." "$cache"
  mvn -B -q -Dstyle.color=never -f "$cache/pom.xml" process-classes >&2
  touch "$cache/built"
}

# start_node -cp CLASSPATH MAIN ARGUMENTS...
start_node() {
  one_at_a_time build
  start "${WAIT:-180}" answers "" -- \
    "$java" -Xms256m -Xmx"${HEAP:-1g}" -Dlog4j2.disable.jmx=true "$@"
}
