package dev.spikelane.equation;

import dev.spikelane.equation.Lexer.Token;
import dev.spikelane.io.file.FileText;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

final class ExpressionParser {

    static final Set<String> FUNCTIONS =
            Set.of("abs", "exp", "expm1", "fma", "log", "max", "min", "sigmoid", "sqrt", "tanh");

    private static final int DEEPEST = 100;
    private static final int GREATEST_POWER = 16;
    private static final Map<String, Op> COMPARISONS = Map.of(">", Op.GT, ">=", Op.GE, "<", Op.LT, "<=", Op.LE);

    private static final Map<String, Op> SUMS = Map.of("+", Op.ADD, "-", Op.SUB);
    private static final Map<String, Op> PRODUCTS = Map.of("*", Op.MUL, "/", Op.DIV);

    private final Graph graph;
    private final List<Token> tokens;
    private final Map<String, Node> names;
    /** Names that a line reads or assigns. */
    final Set<String> used = new HashSet<>();

    private int next;
    private int depth;

    ExpressionParser(Graph graph, List<Token> tokens, Map<String, Node> names) {
        this.graph = graph;
        this.tokens = tokens;
        this.names = names;
    }

    boolean atEnd() {
        return next == tokens.size();
    }

    /** Returns a following word without taking it. */
    Token peek(int further) {
        return tokens.get(Math.min(next + further, tokens.size() - 1));
    }

    Token take() {
        Token token = peek(0);
        next = Math.min(next + 1, tokens.size());
        return token;
    }

    boolean takes(String word) {
        boolean found = peek(0).is(word) && peek(0).kind() != Token.Kind.END;
        next += found ? 1 : 0;
        return found;
    }

    void expect(String word) {
        if (!takes(word)) {
            throw peek(0).error("found " + peek(0) + ", expected '" + word + "'");
        }
    }

    Node number() {
        return graph.number(expression());
    }

    Node condition() {
        Token first = peek(0);
        return condition(expression(), first);
    }

    Node expression() {
        if (depth == DEEPEST) {
            throw peek(0).error("nested deeper than expected, which is at most " + DEEPEST + " times");
        }
        depth++;
        Node made = choice();
        depth--;
        return made;
    }

    private Node choice() {
        Token first = peek(0);
        Node made = disjunction();
        if (!takes("?")) {
            return made;
        }
        Node condition = condition(made, first);
        Node yes = number();
        expect(":");
        return graph.of(Op.SELECT, condition, yes, number());
    }

    private Node disjunction() {
        return joined("or", Op.OR, this::conjunction);
    }

    private Node conjunction() {
        return joined("and", Op.AND, this::negation);
    }

    private Node joined(String word, Op op, Supplier<Node> part) {
        Token first = peek(0);
        Node made = part.get();
        while (takes(word)) {
            Token second = peek(0);
            made = graph.of(op, condition(made, first), condition(part.get(), second));
        }
        return made;
    }

    private Node negation() {
        boolean negates = false;
        boolean any = false;
        while (takes("not")) {
            negates = !negates;
            any = true;
        }
        Token first = peek(0);
        Node made = comparison();
        if (any) {
            made = condition(made, first);
        }
        return negates ? graph.of(Op.NOT, made) : made;
    }

    private Node comparison() {
        Node made = sum();
        Op op = sign(COMPARISONS);
        if (op == null) {
            return made;
        }
        take();
        return graph.of(op, graph.number(made), graph.number(sum()));
    }

    private Node sum() {
        return chain(SUMS, this::product);
    }

    private Node product() {
        return chain(PRODUCTS, this::signed);
    }

    private Node chain(Map<String, Op> signs, Supplier<Node> part) {
        Node made = part.get();
        for (Op op = sign(signs); op != null; op = sign(signs)) {
            take();
            made = graph.of(op, graph.number(made), graph.number(part.get()));
        }
        return made;
    }

    private @Nullable Op sign(Map<String, Op> signs) {
        return peek(0).kind() == Token.Kind.SIGN ? signs.get(peek(0).text()) : null;
    }

    private Node signed() {
        int signs = 0;
        while (takes("-")) {
            signs++;
        }
        Node made = power();
        for (int i = 0; i < signs; i++) {
            made = graph.of(Op.NEG, graph.number(made));
        }
        return made;
    }

    private Node power() {
        Node base = primary();
        if (!takes("^")) {
            return base;
        }
        Token power = take();
        if (!power.text().matches("\\d{1,2}")
                || Integer.parseInt(power.text()) < 2
                || Integer.parseInt(power.text()) > GREATEST_POWER) {
            throw power.error("found " + power + ", expected a power from 2 to " + GREATEST_POWER);
        }
        return power(graph.number(base), Integer.parseInt(power.text()));
    }

    /** {@code x^2n} is the square of {@code x^n}, and {@code x^(n + 1)} is {@code x^n * x}. */
    private Node power(Node base, int power) {
        Node made = base;
        for (int bit = Integer.highestOneBit(power) >> 1; bit > 0; bit >>= 1) {
            made = graph.of(Op.MUL, made, made);
            made = (power & bit) == 0 ? made : graph.of(Op.MUL, made, base);
        }
        return made;
    }

    private Node primary() {
        Token token = take();
        if (token.is("(")) {
            Node made = expression();
            expect(")");
            return made;
        }
        if (token.kind() == Token.Kind.NUMBER) {
            return graph.constant(number(token));
        }
        if (token.kind() != Token.Kind.NAME) {
            String hint = token.is("*") ? "; powers are such as 'v^2'" : "";
            throw token.error("found " + token + ", expected a number, a name or '('" + hint);
        }
        if (FUNCTIONS.contains(token.text())) {
            expect("(");
            return function(token, arguments());
        }
        return named(token);
    }

    private Node named(Token token) {
        Node known = names.get(token.text());
        if (known == null) {
            Set<String> all = new TreeSet<>(peek(0).is("(") ? FUNCTIONS : names.keySet());
            throw token.error(
                    token + " is not declared, expected one of " + FileText.shown(all) + Brian.hint(token.text()));
        }
        used.add(token.text());
        return known;
    }

    private List<Node> arguments() {
        List<Node> of = new ArrayList<>();
        do {
            of.add(number());
        } while (takes(","));
        expect(")");
        return of;
    }

    private Node function(Token name, List<Node> of) {
        int expected = switch (name.text()) {
            case "min", "max" -> 2;
            case "fma" -> 3;
            default -> 1;
        };
        if (of.size() != expected) {
            throw name.error(name + " has " + of.size() + (of.size() == 1 ? " argument" : " arguments") + ", expected "
                    + expected);
        }
        Node a = of.getFirst();
        Node b = of.getLast();
        return switch (name.text()) {
            case "max" -> graph.of(Op.SELECT, graph.of(Op.GT, a, b), a, b);
            case "min" -> graph.of(Op.SELECT, graph.of(Op.LT, a, b), a, b);
            case "fma" -> graph.of(Op.FMA, a, of.get(1), b);
            default -> graph.of(Op.valueOf(name.text().toUpperCase(Locale.ROOT)), a);
        };
    }

    /** Returns a node as a condition; the spike and a number made of a condition are permitted. */
    private Node condition(Node of, Token at) {
        if (of.op() == Op.SPIKE || of.isGate() && of.of(1).is(1)) {
            return of.of(0);
        }
        if (!of.op().isCondition()) {
            throw at.error("the expression at " + at + " is a number, expected a condition such as 'a > b'");
        }
        return of;
    }

    /**
     * Returns a number in float64 that rounds to the float32 nearest to the text. A float64 halfway between two float32
     * values may stand for a text above or below it.
     */
    private static double number(Token token) {
        double value = Double.parseDouble(token.text());
        float rounded = Float.parseFloat(token.text());
        if (Float.isInfinite(rounded)) {
            throw token.error(token + " is too large for float32, expected at most " + Float.MAX_VALUE);
        }
        return (float) value == rounded ? value : Math.nextAfter(value, rounded);
    }
}
