import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the library lacks: an ascending index, of one or more keys, that is not unique. As in
 * MongoDB it has an entry for each element of an array, serves an equality, $in or range on its
 * first key and a range on its second, and gives documents in its order.
 */
class SecondaryIndex extends Index<Integer> {
    private static final Object LOWEST = new Object(), HIGHEST = new Object();
    private static final Comparator<Object> VALUES = ValueComparator.asc();

    private final NavigableMap<List<Object>, Integer> entries = new TreeMap<>(SecondaryIndex::compare);

    SecondaryIndex(String name, List<IndexKey> keys) {
        super(name, keys, true);
    }

    private static int compare(List<Object> a, List<Object> b) {
        for (int i = 0; i < a.size() && i < b.size(); i++) {
            Object x = a.get(i), y = b.get(i);
            if (x == y) continue;
            if (x == LOWEST || y == HIGHEST) return -1;
            if (x == HIGHEST || y == LOWEST) return 1;
            int order = VALUES.compare(x, y);
            if (order != 0) return order;
        }
        return Integer.compare(a.size(), b.size());
    }

    private static Object plain(Object value) {
        return value instanceof Number number ? Double.valueOf(number.doubleValue()) : value;
    }

    private List<List<Object>> keysOf(Document document, Integer position) {
        List<List<Object>> all = new ArrayList<>();
        for (KeyValue one : getKeyValues(document)) {
            List<Object> key = new ArrayList<>();
            one.forEach(value -> key.add(Missing.isNullOrMissing(value) ? null : plain(value)));
            if (key.get(0) == null) continue;
            key.add(position);
            all.add(key);
        }
        return all;
    }

    /** Whether its order, or its reverse, is the one asked for when the first key is one value. */
    boolean gives(Document order, boolean oneValue) {
        if (order == null || order.isEmpty()) return true;
        List<String> names = new ArrayList<>(keys());
        if (oneValue && names.size() > 1) names.remove(0);
        return names.equals(new ArrayList<>(order.keySet())) && Set.copyOf(order.values()).size() == 1;
    }

    /** Whether the query wants one of some values of the first key, which is better than a range. */
    boolean pins(Document query) {
        Object first = query.get(keys().get(0));
        return first instanceof Document condition ? condition.containsKey("$in") || condition.containsKey("$all") : first != null;
    }

    /** The positions that may match, in the order asked for; null where it cannot serve. */
    Stream<Integer> candidates(Document query, Document order) {
        Object first = query.get(keys().get(0));
        boolean descending = order != null && !order.isEmpty()
                && ((Number) order.values().iterator().next()).intValue() < 0;
        if (first instanceof Document condition) {
            if (condition.get("$in") instanceof Collection<?> values)
                return gives(order, false) && order != null && !order.isEmpty() ? null
                        : values.stream().flatMap(value -> range(List.of(plain(value)), null, false));
            if (condition.get("$all") instanceof Collection<?> values && !values.isEmpty())
                first = values.iterator().next();
            else if (condition.keySet().stream().allMatch(key -> key.matches("\\$[gl]te?")) && gives(order, false))
                return range(List.of(), condition, descending);
        }
        if (first == null || first instanceof Document || !gives(order, true)) return null;
        Object second = keys().size() > 1 ? query.get(keys().get(1)) : null;
        return range(List.of(plain(first)), second instanceof Document bounds ? bounds : null, descending);
    }

    private Stream<Integer> range(List<Object> prefix, Document bounds, boolean descending) {
        List<Object> low = new ArrayList<>(prefix), high = new ArrayList<>(prefix);
        low.add(bound(bounds, "$gt", "$gte", LOWEST));
        high.add(bound(bounds, "$lt", "$lte", HIGHEST));
        high.add(HIGHEST);
        if (compare(low, high) > 0) return Stream.empty();
        var some = entries.subMap(low, true, high, true);
        return (descending ? some.descendingMap() : some).values().stream();
    }

    private static Object bound(Document bounds, String open, String closed, Object otherwise) {
        if (bounds == null) return otherwise;
        Object value = bounds.getOrDefault(open, bounds.get(closed));
        return value == null ? otherwise : plain(value);
    }

    @Override public void add(Document document, Integer position, MongoCollection<Integer> collection) {
        keysOf(document, position).forEach(key -> entries.put(key, position));
    }

    @Override public void updateInPlace(Document old, Document now, Integer position, MongoCollection<Integer> collection) {
        keysOf(old, position).forEach(entries::remove);
        add(now, position, collection);
    }

    /** The collection tells the position of what it removes by another index, so this one keeps it. */
    void removeAt(Document document, Integer position) {
        keysOf(document, position).forEach(entries::remove);
    }

    @Override public Integer remove(Document document) { return null; }
    @Override public Integer getPosition(Document document) { return null; }
    @Override public void checkAdd(Document document, MongoCollection<Integer> collection) {}
    @Override public void checkUpdate(Document old, Document now, MongoCollection<Integer> collection) {}
    @Override public boolean canHandle(Document query) { return false; }
    @Override public Iterable<Integer> getPositions(Document query) { return List.of(); }
    @Override public long getCount() { return entries.size(); }
    @Override public boolean isEmpty() { return entries.isEmpty(); }
    @Override public long getDataSize() { return 0; }
    @Override public void drop() { entries.clear(); }
}
