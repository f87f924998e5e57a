package dev.spikelane.loop;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes nodes as written, or returns the existing node for an equal one; {@link Lowering} makes cheaper forms with the
 * same bits.
 *
 * <p>No method that visits a graph is recursive: a text may nest as deep as its length allows.
 */
public class Graph {

    /** Most nodes of a graph, which bounds the time to compile it. */
    public static final int MOST_NODES = 20_000;

    public static final class TooLargeException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private TooLargeException() {
            super("more than " + MOST_NODES + " operations with those of functions, expected at most so many");
        }
    }

    /**
     * Has its own equals and hashCode: setting up the JDK's for records takes 10 ms, a sixth of the time to a first
     * step.
     */
    private record Key(Op op, long bits, String name, int shift, List<Node> of) {

        @Override
        public int hashCode() {
            return ((op.hashCode() * 31 + Long.hashCode(bits)) * 31 + name.hashCode()) * 31 + shift + of.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && op == key.op
                    && bits == key.bits
                    && shift == key.shift
                    && name.equals(key.name)
                    && of.equals(key.of);
        }
    }

    private final Map<Key, Node> known = new HashMap<>();

    public final int size() {
        return known.size();
    }

    public final Node constant(double value) {
        return make(Op.CONSTANT, value, "", 0, List.of());
    }

    /** Returns a parameter, a variable before the step, or a row of the step. */
    public final Node leaf(Op op, String name, int shift) {
        return make(op, 0, name, shift, List.of());
    }

    public Node of(Op op, Node... of) {
        return make(op, 0, "", 0, List.of(of));
    }

    /** Returns a condition as a number, 1 or 0, without a gradient; a number is unchanged. */
    public final Node number(Node of) {
        return of.op().isCondition() ? of(Op.SELECT, of, constant(1), constant(0)) : of;
    }

    public final Node make(Op op, double value, String name, int shift, List<Node> of) {
        Key key = new Key(op, Double.doubleToRawLongBits(value), name, shift, of);
        Node made = known.get(key);
        if (made == null) {
            if (size() == MOST_NODES) {
                throw new TooLargeException();
            }
            made = new Node(size(), op, value, name, shift, of, ofParameters(op, of));
            known.put(key, made);
        }
        return made;
    }

    public static List<Node> order(Collection<Node> roots) {
        List<Node> found = new ArrayList<>();
        BitSet seen = new BitSet();
        for (Node root : roots) {
            visit(root, seen, found);
        }
        for (int i = 0; i < found.size(); i++) {
            for (Node each : found.get(i).of()) {
                visit(each, seen, found);
            }
        }
        found.sort(null);
        return found;
    }

    private static void visit(Node node, BitSet seen, List<Node> found) {
        if (!seen.get(node.id())) {
            seen.set(node.id());
            found.add(node);
        }
    }

    public static int[] places(List<Node> order, List<Node> of) {
        int[] places = new int[of.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = Collections.binarySearch(order, of.get(i));
        }
        return places;
    }

    public static int[][] arguments(List<Node> order) {
        int[][] arguments = new int[order.size()][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = places(order, order.get(i).of());
        }
        return arguments;
    }

    public static <V> V of(Map<?, V> map, Object key) {
        V value = map.get(key);
        if (value == null) {
            throw new IllegalStateException("there is no " + key);
        }
        return value;
    }

    private static boolean ofParameters(Op op, List<Node> of) {
        for (Node each : of) {
            if (!each.ofParameters()) {
                return false;
            }
        }
        return op != Op.STATE && op != Op.STEP && op != Op.FLAG;
    }
}
