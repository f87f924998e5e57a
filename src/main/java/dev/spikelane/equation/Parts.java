package dev.spikelane.equation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Cuts a program into some that run one behind the other over the same tile of neurons. A loop of some 60 operations is
 * compiled soon and without boxes; Hodgkin and Huxley's 248 in one were boxed in one JVM of ten (Zen 4, 2026-11).
 *
 * <p>Numbers that later parts need are stored in rows of the tile, named {@value #CUT} and a number; conditions are
 * compared anew. All that the program stores, the last part stores, so that all is read before.
 */
final class Parts {

    /** What begins the name of a row that goes from part to part. */
    static final String CUT = "cut:";

    /** Blocks of 64 neurons that the parts do together. */
    static final int TILE_WORDS = 8;

    static final int ALIGNMENT = 64;

    private static final int MOST_OPERATIONS = 60;
    /** Rows that a part reads, about, and stores beside operations: HotSpot compiles no methods of 8,000 bytes. */
    private static final int MOST_ROWS = 40;

    private static final int MOST_STORES = 16;

    private final Program program;
    private final List<Node> order;
    /** The part that computes a number, by number. */
    private final Map<Node, Integer> partOf = new HashMap<>();

    private Parts(Program program) {
        this.program = program;
        this.order = program.order();
    }

    /** The program alone if it is short. */
    static List<Program> of(Program program) {
        return program.operations() <= MOST_OPERATIONS ? List.of(program) : new Parts(program).cut();
    }

    private List<Program> cut() {
        List<List<Node>> parts = new ArrayList<>();
        Set<Node> rows = new HashSet<>();
        for (Node node : order) {
            if (node.op().isLeaf() || node.op().isCondition()) {
                continue;
            }
            for (Node needed : neededBy(List.of(node))) {
                if (partOf.getOrDefault(needed, -1) < parts.size() - 1 && needed.op() != Op.CONSTANT) {
                    rows.add(needed);
                }
            }
            if (parts.isEmpty() || parts.getLast().size() == MOST_OPERATIONS || rows.size() > MOST_ROWS) {
                parts.add(new ArrayList<>());
                rows.clear();
            }
            parts.getLast().add(node);
            partOf.put(node, parts.size() - 1);
        }
        if (program.stores().size() > MOST_STORES) {
            parts.add(new ArrayList<>());
        }
        Map<Node, String> names = new HashMap<>();
        List<Set<Node>> stored = new ArrayList<>();
        parts.forEach(part -> stored.add(new HashSet<>()));
        for (int part = 0; part < parts.size(); part++) {
            for (Node needed : neededBy(roots(parts, part))) {
                int from = partOf.getOrDefault(needed, part);
                if (from < part) {
                    names.computeIfAbsent(needed, node -> CUT + names.size());
                    stored.get(from).add(needed);
                }
            }
        }
        List<Program> made = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            made.add(part(part, part == parts.size() - 1, stored.get(part), names));
        }
        return made;
    }

    /** What a part computes, and, for the last one, what is stored. */
    private List<Node> roots(List<List<Node>> parts, int part) {
        List<Node> roots = new ArrayList<>(parts.get(part));
        if (part == parts.size() - 1) {
            program.stores().forEach(store -> roots.add(store.value()));
        }
        return roots;
    }

    /** The numbers that nodes take, through conditions. */
    private static Set<Node> neededBy(List<Node> roots) {
        Set<Node> needed = new HashSet<>();
        List<Node> next = new ArrayList<>(roots);
        for (int i = 0; i < next.size(); i++) {
            for (Node of : next.get(i).of()) {
                if (needed.add(of) && of.op().isCondition()) {
                    next.add(of);
                }
            }
            if (!next.get(i).op().isCondition()) {
                needed.add(next.get(i));
            }
        }
        return needed;
    }

    private Program part(int part, boolean last, Set<Node> stored, Map<Node, String> rows) {
        Graph graph = new Graph();
        Map<Node, Node> made = new HashMap<>();
        Program cut = new Program(program.name(), program.steps());
        for (Node node : order) {
            int from = partOf.getOrDefault(node, part);
            if (from < part && rows.containsKey(node)) {
                made.put(node, graph.leaf(Op.PARAMETER, Graph.of(rows, node), 0));
            } else if (from == part && node.of().stream().allMatch(made::containsKey)) {
                made.put(node, Program.copy(node, graph, _ -> null, made));
            }
        }
        for (Node node : order) {
            if (stored.contains(node)) {
                cut.store(Op.PARAMETER, Graph.of(rows, node), 0, Graph.of(made, node));
            }
        }
        if (last) {
            program.stores()
                    .forEach(
                            store -> cut.store(store.op(), store.name(), store.shift(), Graph.of(made, store.value())));
        }
        return cut;
    }
}
