package dev.spikelane.equation;

import dev.spikelane.equation.Lexer.Token;
import dev.spikelane.equation.Rule.Block;
import dev.spikelane.equation.Rule.Space;
import dev.spikelane.equation.Rule.Variable;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Parses a plasticity rule from text, in the syntax that {@code dev.spikelane.connection.Plasticity} documents. Blocks
 * run in the order of the text. The changes that spikes add are summed in the order of the samples. The sum is added
 * before the next lines of synapses, or at the end of the step; until then all lines read the variables without it.
 */
public final class RuleParser extends TextParser {

    private static final int MOST_VARIABLES = 16;
    private static final int MOST_BLOCKS = 32;

    /** Traces below this become 0, before they become subnormal numbers, with which processors are slow. */
    private static final double LEAST_TRACE = 1e-30;

    private static final List<String> STATEMENTS = List.of(
            "rule", "param", "modulator", "let", "state", "reads", "trace", "each step", "on pre", "on post", "bounds");

    private static final Set<String> WORDS = Stream.concat(
                    STATEMENTS.stream().flatMap(each -> Stream.of(each.split(" "))),
                    Stream.of("and", "not", "or", Rule.WEIGHT, "weight", "bias")) // names of values
            .collect(Collectors.toSet());

    private final SequencedMap<String, Variable> variables = new LinkedHashMap<>();
    private final List<String> modulators = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    /** Lines of the present block by space; a block of each step may have several spaces. */
    private final Map<Space, SequencedMap<String, Node>> open = new EnumMap<>(Space.class);
    /** Lines of traces after all blocks. */
    private final Map<Space, SequencedMap<String, Node>> last = new EnumMap<>(Space.class);

    private final Set<String> locals = new LinkedHashSet<>();

    private @Nullable Token block;
    private @Nullable Space spikes;

    private @Nullable Node when;

    private RuleParser(String text) {
        super(text, WORDS, true);
        names.put(Rule.WEIGHT, graph.leaf(Op.STATE, Rule.WEIGHT, 0));
        bound(Rule.LEAST, graph.constant(-Float.MAX_VALUE));
        bound(Rule.MOST, graph.constant(Float.MAX_VALUE));
    }

    /**
     * Parses a rule.
     *
     * @throws IllegalArgumentException if the text is not a rule; the message names line, column, the word found and
     *     the word expected
     */
    public static Rule parse(String text) {
        RuleParser parser = new RuleParser(text);
        parser.lines();
        Rule made = parser.rule();
        parser.requireRead();
        return made;
    }

    private Rule rule() {
        if (blocks.stream().noneMatch(each -> each.lines().containsKey(Rule.WEIGHT))) {
            throw words.peek(0)
                    .error("found the end of the text, expected a line 'w += ...' after 'on pre' or 'on"
                            + " post', or 'w = ...' after 'each step'");
        }
        List<Node> roots = new ArrayList<>();
        for (Block each : blocks) {
            roots.addAll(each.lines().values());
            if (each.when() != null) {
                roots.add(each.when());
            }
        }
        variables.values().forEach(each -> roots.add(each.initial()));
        requireShort(Graph.order(roots));
        dropUnusedStepTime(roots);
        requireBounds();
        Rule made = new Rule(
                name == null ? "rule" : name, parameters, derived, modulators, variables, units, List.copyOf(blocks));
        made.requireNumbers(
                made.parameters(Map.of()),
                (of, message) -> Graph.of(declared, of).error(message));
        return made;
    }

    /**
     * Checks that bounds do not depend on modulators: changing one modulator after the other could make the lower bound
     * exceed the upper.
     */
    private void requireBounds() {
        Set<String> changing = new HashSet<>(modulators);
        derived.forEach((name, of) -> {
            if (takes(of, changing)) {
                changing.add(name);
            }
        });
        for (String bound : List.of(Rule.LEAST, Rule.MOST)) {
            if (takes(Graph.of(derived, bound), changing)) {
                throw Graph.of(declared, "bounds").error("'bounds' depends on a modulator, expected other parameters");
            }
        }
    }

    private static boolean takes(Derived of, Set<String> names) {
        return Graph.order(of.of()).stream().anyMatch(node -> names.contains(node.name()));
    }

    @Override
    Map<String, Node> finished() {
        close();
        spikes = null;
        open.putAll(last);
        close();
        return Map.of();
    }

    @Override
    void statement(Token first) {
        begin(first);
        Token second = words.peek(1);
        boolean adds = second.is("+") && words.peek(2).is("=");
        if ((adds || second.is("=")) && first.kind() == Token.Kind.NAME) {
            words.take();
            words.take();
            line(first, adds && words.takes("="));
            return;
        }
        words.take();
        switch (first.text()) {
            case "rule" -> title(first);
            case "param" -> list(this::parameter);
            case "modulator" -> list(this::modulator);
            case "let" -> let(false);
            case "state" -> states(words.take());
            case "reads" -> reads(words.take());
            case "trace" -> trace(words.take());
            case "each", "on" -> block(first, words.take());
            case "bounds" -> bounds(first);
            default -> throw unknown(first, STATEMENTS, "NAME = ... or NAME += ...");
        }
    }

    private void modulator(Token token) {
        parameter(token);
        modulators.add(token.text());
    }

    private void states(Token of) {
        Space space = space(of, true);
        list(token -> variable(
                token, new Variable(space, words.takes("=") ? ofParameters(token) : graph.constant(0), false)));
    }

    private void reads(Token of) {
        if (!of.is(Rule.POST)) {
            throw of.error("found " + of + ", expected post");
        }
        list(token -> variable(token, new Variable(Space.POST, graph.constant(0), true)));
    }

    private static Space space(Token of, boolean synapses) {
        boolean known = of.is(Rule.PRE) || of.is(Rule.POST) || synapses && of.is("synapse");
        if (!known) {
            throw of.error("found " + of + ", expected pre" + (synapses ? ", post or synapse" : " or post"));
        }
        return Space.valueOf(of.text().toUpperCase(Locale.ROOT));
    }

    private void variable(Token token, Variable variable) {
        if (variables.size() == MOST_VARIABLES) {
            throw token.error(token + " is one variable too many, expected at most " + MOST_VARIABLES);
        }
        declare(token, graph.leaf(Op.STATE, token.text(), 0));
        variables.put(token.text(), variable);
    }

    private void trace(Token of) {
        Space space = space(of, false);
        Token token = name(words.take());
        words.expect("tau");
        words.expect("=");
        Node tau = ofParameters(token);
        boolean nearest = words.takes("nearest");
        boolean behind = words.takes("behind");
        if (spikes != null) {
            throw token.error("a trace comes after 'on', expected it before, or after 'each step'");
        }
        variable(token, new Variable(space, graph.constant(0), false));
        Node own = Graph.of(names, token.text());
        Node time = graph.of(Op.NEG, graph.leaf(Op.PARAMETER, Integrator.DT, 0));
        words.used.add(Integrator.DT);
        integrator.derive(Rule.TAU + token.text(), tau);
        Node decay = graph.of(Op.EXP, graph.of(Op.DIV, time, tau));
        Node lasts = graph.of(Op.GT, tau, graph.constant(0)); // a modulator may make tau 0 or less
        Node factor =
                integrator.derive("_decay of " + token.text(), graph.of(Op.SELECT, lasts, decay, graph.constant(0)));
        Node kept = graph.of(Op.MUL, own, factor);
        kept = graph.of(Op.SELECT, graph.of(Op.LT, kept, graph.constant(LEAST_TRACE)), graph.constant(0), kept);
        Node fires = graph.leaf(Op.FLAG, of.text(), 0);
        Node before = behind ? own : kept;
        Node more = nearest
                ? graph.of(Op.SELECT, fires, graph.constant(1), before)
                : graph.of(Op.ADD, before, graph.number(fires));
        Node now = behind ? kept : more;
        put(open, space, token.text(), now);
        names.put(token.text(), now);
        if (behind) {
            put(last, space, token.text(), more);
        }
    }

    private static void put(Map<Space, SequencedMap<String, Node>> to, Space space, String variable, Node value) {
        to.computeIfAbsent(space, _ -> new LinkedHashMap<>()).put(variable, value);
    }

    private void block(Token first, Token second) {
        boolean each = first.is("each");
        if (each && !second.is("step")) {
            throw second.error("found " + second + ", expected step");
        }
        close();
        if (blocks.size() >= MOST_BLOCKS) {
            throw first.error(first + " begins one block too many, expected at most " + MOST_BLOCKS);
        }
        block = first;
        spikes = each ? null : space(second, false);
        names.put(Rule.PRE, graph.leaf(Op.FLAG, Rule.PRE, 0));
        names.put(Rule.POST, graph.leaf(Op.FLAG, Rule.POST, 0));
        if (spikes != null) {
            when = words.peek(0).kind() == Token.Kind.END ? null : condition(second, spikes);
            names.remove(Rule.PRE);
            names.remove(Rule.POST);
        }
    }

    private Node condition(Token at, Space space) {
        Node made = words.condition();
        requireOf(at, made, space, false);
        return made;
    }

    /** Ends a block: later lines read variables from memory, and local names are dropped. */
    private void close() {
        if (spikes != null && !open.isEmpty()) {
            blocks.add(new Block(spikes, true, when, Graph.of(open, Space.SYNAPSE)));
        } else {
            open.forEach((space, lines) -> blocks.add(new Block(space, false, null, lines)));
        }
        open.clear();
        locals.forEach(names::remove);
        locals.clear();
        names.remove(Rule.PRE);
        names.remove(Rule.POST);
        variables.keySet().forEach(each -> names.put(each, graph.leaf(Op.STATE, each, 0)));
        names.put(Rule.WEIGHT, graph.leaf(Op.STATE, Rule.WEIGHT, 0));
    }

    private void line(Token token, boolean adds) {
        if (block == null) {
            throw token.error(token + " gets a value before 'each step', 'on pre' or 'on post', expected one of these");
        }
        Variable variable = variables.get(token.text());
        boolean weight = token.is(Rule.WEIGHT);
        if (!weight && variable == null) {
            local(token, adds);
            return;
        }
        Space space = weight || variable == null ? Space.SYNAPSE : variable.space();
        if (adds != (spikes != null) || adds && space != Space.SYNAPSE) {
            throw token.error(token
                    + (spikes == null
                            ? " is added to in each step, expected '" + token.text() + " = ...'"
                            : " gets a value on spikes, expected '+=' and w or a variable of synapses"));
        }
        if (variable != null && variable.isOfTarget()) {
            throw token.error(token + " is a variable of the target's neurons and cannot be assigned");
        }
        Node value = words.number();
        requireOf(token, value, space, adds);
        words.used.add(token.text());
        SequencedMap<String, Node> lines = open.computeIfAbsent(space, _ -> new LinkedHashMap<>());
        if (adds) {
            lines.merge(token.text(), value, (a, b) -> graph.of(Op.ADD, a, b));
        } else {
            lines.put(token.text(), value);
            names.put(token.text(), value);
        }
    }

    private void local(Token token, boolean adds) {
        if (adds || declared.containsKey(name(token).text()) || parameters.containsKey(token.text())) {
            throw token.error(token + " is no variable, expected w, a variable or another name");
        }
        names.put(token.text(), words.expression());
        locals.add(token.text());
    }

    /** Checks that a line reads only variables of its space; lines at spikes may read all three spaces. */
    private void requireOf(Token token, Node value, Space space, boolean onSpike) {
        for (Node node : Graph.order(List.of(value))) {
            Variable variable = variables.get(node.name());
            Space of = node.op() == Op.FLAG
                    ? Space.valueOf(node.name().toUpperCase(Locale.ROOT))
                    : variable != null ? variable.space() : node.op() == Op.STATE ? Space.SYNAPSE : space;
            if (!onSpike && of != space) {
                throw token.error(token + " is a variable of " + named(space) + " and takes '" + node.name() + "' of "
                        + named(of) + ", expected those of its own kind");
            }
        }
    }

    private static String named(Space space) {
        return switch (space) {
            case PRE -> "inputs";
            case POST -> "outputs";
            case SYNAPSE -> "synapses";
        };
    }

    private void bounds(Token at) {
        if (declared.containsKey(at.text())) {
            throw at.error("there is a line 'bounds' already, expected one");
        }
        say(at);
        bound(Rule.LEAST, ofParameters(at));
        words.expect(",");
        bound(Rule.MOST, ofParameters(at));
    }

    private void bound(String bound, Node value) {
        integrator.derive(bound, value);
    }
}
