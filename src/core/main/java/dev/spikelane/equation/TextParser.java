package dev.spikelane.equation;

import dev.spikelane.equation.Lexer.Token;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Lowering;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

abstract class TextParser {

    final Graph graph = new Graph();
    final Map<String, Node> names = new HashMap<>();
    private final NavigableMap<Integer, Token> lines = new TreeMap<>();

    /** Places of the declarations by name, and of the lines that may occur only once. */
    final Map<String, Token> declared = new LinkedHashMap<>();

    final LinkedHashMap<String, Double> parameters = new LinkedHashMap<>();
    final LinkedHashMap<String, Derived> derived = new LinkedHashMap<>();
    final Map<String, String> units = new HashMap<>();
    final ExpressionParser words;
    final Integrator integrator = new Integrator(graph, derived);

    @Nullable
    String name;

    private final Set<String> reserved;
    /** True for a text of a user, which cannot declare names that begin with an underscore. */
    private final boolean whole;

    TextParser(String text, Set<String> reserved, boolean whole) {
        this.reserved = reserved;
        this.whole = whole;
        this.words = new ExpressionParser(graph, Lexer.tokens(text), names);
        parameters.put(Integrator.DT, 1.0);
        names.put(Integrator.DT, graph.leaf(Op.PARAMETER, Integrator.DT, 0));
    }

    abstract void statement(Token first);

    /** Returns the nodes by name that differ after the last line. */
    abstract Map<String, Node> finished();

    final void lines() {
        try {
            while (!words.atEnd()) {
                statement(words.peek(0));
                Token found = words.peek(0);
                if (found.kind() != Token.Kind.END) {
                    String hint = Brian.hint(words.peek(found.is("(") ? 1 : 0).text());
                    throw found.error("found " + found + ", expected the end of the line" + hint);
                }
                words.take();
            }
            names.putAll(finished());
        } catch (Graph.TooLargeException large) {
            throw tooLong(large, Integer.MAX_VALUE);
        }
    }

    final void begin(Token line) {
        lines.put(lines.isEmpty() ? 0 : graph.size(), line);
    }

    private IllegalArgumentException tooLong(Graph.TooLargeException large, int node) {
        return Graph.of(lines, lines.floorKey(node)).error(String.valueOf(large.getMessage()));
    }

    /**
     * Checks that the loop of a step does not have too many operations; the exception names the line that exceeds the
     * limit. A function becomes many operations.
     */
    final void requireShort(List<Node> order) {
        Graph lowered = new Lowering();
        Map<Node, Node> made = new HashMap<>();
        for (Node node : order) {
            try {
                made.put(node, Program.copy(node, lowered, made));
            } catch (Graph.TooLargeException large) {
                throw tooLong(large, node.id());
            }
        }
    }

    final void requireRead() {
        declared.forEach((name, token) -> {
            if (!words.used.contains(name)) {
                throw token.error("no line reads " + token + "; use it or remove it");
            }
        });
    }

    static IllegalArgumentException unknown(Token first, List<String> statements, String others) {
        return first.error("found " + first + ", expected " + String.join(", ", statements) + ", " + others
                + statements.stream()
                        .filter(first::isNear)
                        .map(word -> "; did you mean '" + word + "'?")
                        .findFirst()
                        .orElse(""));
    }

    /** Removes the parameter of the step's time if the text does not use it. */
    final void dropUnusedStepTime(List<Node> roots) {
        derived.values().forEach(each -> roots.addAll(each.of()));
        boolean used = Graph.order(roots).contains(names.get(Integrator.DT));
        if (!used && !declared.containsKey(Integrator.DT)) {
            parameters.remove(Integrator.DT);
        }
    }

    final void title(Token at) {
        if (name != null) {
            throw at.error("there is a line '" + at.text() + "' already, expected one");
        }
        name = name(words.take()).text();
    }

    final void list(Consumer<Token> each) {
        do {
            Token token = name(words.take());
            if (words.peek(0).kind() == Token.Kind.UNIT) {
                units.put(token.text(), words.take().text().strip());
            }
            each.accept(token);
        } while (words.takes(","));
    }

    final void say(Token at) {
        declared.put(at.text(), at);
        words.used.add(at.text());
    }

    final Token name(Token token) {
        if (token.kind() != Token.Kind.NAME) {
            throw token.error("found " + token + ", expected a name");
        }
        if (reserved.contains(token.text())
                || ExpressionParser.FUNCTIONS.contains(token.text())
                || whole && token.text().startsWith("_")) {
            throw token.error(token + " is a word of the language, expected another name");
        }
        return token;
    }

    final void declare(Token token, Node node) {
        Token before = declared.putIfAbsent(token.text(), token);
        if (before != null) {
            throw token.error(token + " is declared in line " + before.line() + ", expected another name");
        }
        boolean known = names.put(token.text(), node) != null;
        if (token.is(Integrator.DT) && (node.op() != Op.PARAMETER || derived.containsKey(Integrator.DT))) {
            throw token.error("'dt' is a parameter, the time of a step, expected another name");
        }
        if (known && !token.is(Integrator.DT)) {
            throw token.error(token + " is assigned before it is declared, expected another name");
        }
    }

    final void parameter(Token token) {
        words.expect("=");
        double number = number(token);
        declare(token, graph.leaf(Op.PARAMETER, token.text(), 0));
        parameters.put(token.text(), number);
    }

    final double number(Token token) {
        Token at = words.peek(0);
        Node value = words.number();
        if (Graph.order(List.of(value)).stream().anyMatch(node -> node.op().isLeaf() && node.op() != Op.CONSTANT)) {
            throw at.error(token + " depends on " + at + ", expected a number; 'let' makes parameters of others");
        }
        DoubleProgram program = new DoubleProgram(List.of(value));
        program.run(null, 0);
        double number = program.value(0);
        if (!Float.isFinite((float) number)) {
            throw at.error(token + " is " + number + ", expected a finite number");
        }
        return number;
    }

    /** Parses a derived parameter. */
    final void let(boolean single) {
        Token token = name(words.take());
        words.expect("=");
        declare(token, integrator.derive(token.text(), Derived.expression(ofParameters(token), single)));
    }

    final Node ofParameters(Token token) {
        Node value = words.number();
        if (!value.ofParameters()) {
            String other = Graph.order(List.of(value)).stream()
                    .filter(node -> node.op().isLeaf() && !node.ofParameters())
                    .findFirst()
                    .orElseThrow()
                    .name();
            throw token.error(token + " depends on '" + other + "', expected parameters and numbers");
        }
        return value;
    }
}
