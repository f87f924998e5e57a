package dev.spikelane.equation;

import dev.spikelane.equation.Lexer.Token;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.memory.limit.NativeMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Parses a neuron from text. Each line is a statement, unless a parenthesis is open; {@code #} begins a comment.
 *
 * <pre>{@code
 * neuron NAME
 * param  NAME [UNIT] = NUMBER [from NUMBER to NUMBER], ...
 *                                         one value, or one for each neuron, in a range; there is a parameter dt = 1
 * let    NAME = EXPRESSION                of parameters, computed in float64 and rounded once
 * let32  NAME = EXPRESSION                of parameters, each operation rounded to float32
 * state  NAME [UNIT] [= EXPRESSION], ...  its initial value, of parameters, computed like let; else 0; with
 *        to NUMBER                        it is a whole number from 0 to at most 15, which products take as bits
 * input  NAME [UNIT], ...                 a port; the first may be
 *        delayed by NAME                  by so many steps, a parameter in a range from 0 to at most 64
 * noise  NAME, ...                        standard normal, drawn anew at each step
 * uniform NAME, ...                       in [0, 1), likewise
 * poisson NAME = EXPRESSION [to NUMBER]   the number of events in this step: Poisson with mean EXPRESSION,
 *                                         at most NUMBER: 1 to 64, 16 by default
 * NAME = EXPRESSION                       in float32, in the order in which it is written
 * dNAME/dt = EXPRESSION : euler           v + dt * f; consecutive ones are solved together from old values
 * dNAME/dt = EXPRESSION : exact           v + (exp(A * dt) - 1) / A * f, if f is A * v + B, and A and B stay for a
 *                                         step; a linear system with coefficients of parameters by the exponential
 *                                         of its matrix
 * refractory EXPRESSION [holds NAME, ...] steps after a spike without another one, in which variables stay
 * spike  [CONDITION and] A > B            or >=; a neuron fires where this holds
 * reset  NAME = EXPRESSION                where a neuron fired
 * carries EXPRESSION                      the value of a spike, of parameters; else 1
 *
 * EXPRESSION   CONDITION ? A : B, or, and, not, > >= < <=, + -, * /, -A, A^2 to A^16, NUMBER, NAME, (EXPRESSION),
 *              abs exp expm1 fma log max min sigmoid sqrt tanh (...)
 * }</pre>
 *
 * <p>A unit stands in brackets and is not checked. Numbers are rounded once to float32. Each operation is rounded to
 * float32, and only {@code fma} fuses two. A comparison is a condition; in arithmetic it is 1 or 0 without a gradient.
 * After its declaration, {@code spike} is 1 or 0 too, with the gradient of the surrogate. In an equation of {@code dt},
 * expressions of parameters only are computed once in float64, and a division by such an expression multiplies by its
 * inverse.
 */
public final class EquationParser extends TextParser {

    /** Most states: one loop stores all of them, and HotSpot must compile it ({@code HugeMethodLimit}). */
    private static final int MOST_STATES = 32;

    private static final int MOST_ROWS = 16;

    private static final int MOST_DELAY = 64;
    /** The greatest Poisson count by default, and the largest limit that a text may set. */
    private static final int COUNTS = 16;

    private static final int MOST_COUNTS = 64;
    private static final int MOST_WHOLE = 15;

    private static final List<String> STATEMENTS = List.of(
            "neuron",
            "param",
            "let",
            "let32",
            "state",
            "input",
            "noise",
            "uniform",
            "poisson",
            "refractory",
            "spike",
            "reset",
            "carries");

    private static final Set<String> WORDS = Stream.concat(STATEMENTS.stream(), Stream.of("and", "holds", "not", "or"))
            .collect(Collectors.toSet());

    private final LinkedHashMap<String, Node> variables = new LinkedHashMap<>();
    private final LinkedHashMap<String, Node> atSpike = new LinkedHashMap<>();
    private final Map<String, Integer> greatest = new HashMap<>();
    private final Map<String, Equations.Range> ranges = new HashMap<>();
    private final List<String> inputs = new ArrayList<>();
    private final List<String> noises = new ArrayList<>();
    private final List<String> held = new ArrayList<>();
    private @Nullable Node refractory;
    private @Nullable Node spike;
    private @Nullable Node carries;
    private Equations.@Nullable Line line;
    /** True if the step is cut at the spike: lines after it read the variables as new leaves. */
    private final boolean cuts;

    private EquationParser(String text, boolean cuts, boolean whole) {
        super(text, WORDS, whole);
        this.cuts = cuts;
    }

    /**
     * Parses a neuron.
     *
     * @throws IllegalArgumentException if the text is not a neuron; the message names line, column, the word found and
     *     the word expected
     */
    public static Equations parse(String text) {
        return new EquationParser(text, false, false).all();
    }

    /**
     * Parses a neuron that a user wrote.
     *
     * @throws IllegalArgumentException if {@link #parse} throws, if no line reads a declared name (states that a line
     *     assigns are permitted), or if a derived parameter is not finite
     */
    public static Equations parseWhole(String text) {
        EquationParser parser = new EquationParser(text, false, true);
        Equations made = parser.all();
        parser.requireRead();
        parser.requireNumbers();
        return made;
    }

    /**
     * Checks the numbers of the text. Constants of the equations of {@code dt} are left out: no other parameter depends
     * on them.
     */
    private void requireNumbers() {
        SequencedMap<String, Derived> said = new LinkedHashMap<>(derived);
        said.keySet().removeIf(EquationParameters::isHoisted);
        new EquationParameters(NativeMemory.ofAuto(), parameters, said, 1, Map.of())
                .requireNumbers(
                        variables,
                        greatest,
                        (of, message) -> Graph.of(declared, of).error(message));
    }

    /**
     * Parses a neuron whose variables are rounded at the spike.
     *
     * @throws IllegalArgumentException if a line after the spike reads more of the part before it than its variables
     */
    public static Equations.Cut cut(String text) {
        EquationParser parser = new EquationParser(text, true, false);
        return parser.all().cut(parser.graph);
    }

    public static IllegalArgumentException error(String text, String name, String message) {
        return Lexer.tokens(text).stream()
                .filter(token -> token.is(name))
                .findFirst()
                .orElseThrow()
                .error("'" + name + "' " + message);
    }

    private Equations all() {
        lines();
        if (variables.keySet().stream().noneMatch(Equations::isRounded)) {
            throw missing("state", "");
        }
        Node fires = spike;
        if (fires == null) {
            String first = variables.firstEntry().getKey();
            throw missing("spike", ", such as 'spike " + first + " > 1', or 'spike 0 > 1' for one that never fires");
        }
        LinkedHashMap<String, Node> next = new LinkedHashMap<>();
        variables.keySet().forEach(each -> next.put(each, Graph.of(names, each)));
        List<Node> roots = new ArrayList<>(next.values());
        roots.add(fires);
        roots.addAll(atSpike.values());
        roots.addAll(variables.values());
        if (carries != null) {
            roots.add(carries);
        }
        dropUnusedStepTime(roots);
        Equations made = new Equations(
                name == null ? "neuron" : name,
                parameters,
                ranges,
                derived,
                variables,
                inputs,
                noises,
                units,
                greatest,
                atSpike,
                next,
                fires,
                carries,
                line);
        requireShort(made.order());
        return made;
    }

    private IllegalArgumentException missing(String word, String hint) {
        return words.peek(0).error("found the end of the text, expected a line '" + word + " ...'" + hint);
    }

    @Override
    Map<String, Node> finished() {
        return integrator.finish(names);
    }

    @Override
    void statement(Token first) {
        Token second = words.peek(1);
        boolean equation = second.is("/")
                && words.peek(2).is(Integrator.DT)
                && words.peek(3).is("=");
        if (equation && first.text().startsWith("d")) {
            begin(first);
            equation(words.take());
            return;
        }
        names.putAll(integrator.finish(names));
        begin(first);
        if (second.is("=") && first.kind() == Token.Kind.NAME && !WORDS.contains(first.text())) {
            assignment(words.take());
            return;
        }
        words.take();
        switch (first.text()) {
            case "neuron" -> title(first);
            case "param" -> list(this::ranged);
            case "let" -> let(false);
            case "let32" -> let(true);
            case "state" -> list(this::variable);
            case "input" -> list(this::input);
            case "noise" -> list(this::noise);
            case "uniform" -> list(token -> row(token, noises));
            case "poisson" -> poisson();
            case "refractory" -> refractory(first);
            case "spike" -> spike(first);
            case "reset" -> reset(first);
            case "carries" -> carries(first);
            default -> {
                String hint = Brian.hint(second.text() + words.peek(1).text());
                throw unknown(first, STATEMENTS, "NAME = ... or dNAME/dt = ..." + hint);
            }
        }
    }

    private void ranged(Token token) {
        parameter(token);
        if (words.takes("from")) {
            float least = (float) number(token);
            words.expect("to");
            Equations.Range range = new Equations.Range(least, (float) number(token));
            double value = Objects.requireNonNull(parameters.get(token.text()));
            range.require(token.toString(), (float) value, token::error);
            ranges.put(token.text(), range);
        }
    }

    private void variable(Token token) {
        if (variables.size() == MOST_STATES) {
            throw token.error(token + " is one state too many, expected at most " + MOST_STATES);
        }
        Node initial = words.takes("=") ? ofParameters(token) : graph.constant(0);
        if (spike != null) {
            throw token.error(token + " is declared after 'spike', expected it before");
        }
        declare(token, graph.leaf(Op.STATE, token.text(), 0));
        variables.put(token.text(), initial);
        if (words.takes("to")) {
            greatest.put(token.text(), greatest("whole number", MOST_WHOLE));
        }
    }

    private int greatest(String of, int limit) {
        Token at = words.take();
        boolean isNumber = at.kind() == Token.Kind.NUMBER && at.text().matches("[0-9]{1,2}");
        int most = isNumber ? Integer.parseInt(at.text()) : 0;
        if (most < 1 || most > limit) {
            throw at.error("found " + at + ", expected the greatest " + of + ", 1 to " + limit);
        }
        return most;
    }

    private void row(Token token, List<String> to) {
        if (to.size() == MOST_ROWS) {
            throw token.error(token + " is one too many, expected at most " + MOST_ROWS);
        }
        declare(token, graph.leaf(Op.STEP, token.text(), 0));
        to.add(token.text());
    }

    private void input(Token token) {
        row(token, inputs);
        if (inputs.size() == 1 && words.takes("delayed")) {
            words.expect("by");
            Token by = words.take();
            Equations.Range range = ranges.get(by.text());
            if (range == null || !(range.least() >= 0 && range.most() >= 1 && range.most() <= MOST_DELAY)) {
                throw by.error("found " + by + ", expected a parameter in a range from 0 to at most " + MOST_DELAY
                        + ", such as 'param delay = 3 from 0 to 25'");
            }
            line = new Equations.Line(by.text(), (int) Math.ceil(range.most()));
            words.used.add(by.text());
        }
    }

    private void noise(Token token) {
        row(token, noises);
        names.put(token.text(), Noise.normal(graph, graph.leaf(Op.STEP, token.text(), 0)));
    }

    private void poisson() {
        Token token = name(words.take());
        words.expect("=");
        Node mean = words.number();
        int most = words.takes("to") ? greatest("count", MOST_COUNTS) : COUNTS;
        row(token, noises);
        Node uniform = graph.leaf(Op.STEP, token.text(), 0);
        if (mean.ofParameters()) {
            integrator.derive(EquationParameters.MEAN + token.text() + " to " + most, mean);
        }
        names.put(token.text(), Noise.poisson(graph, uniform, mean, most, integrator::hoist));
    }

    private void assignment(Token token) {
        words.take();
        boolean known = declared.containsKey(name(token).text());
        if (known && !variables.containsKey(token.text()) || parameters.containsKey(token.text())) {
            throw token.error(token + " is no variable and cannot be assigned, expected another name");
        }
        names.put(token.text(), variables.containsKey(token.text()) ? words.number() : words.expression());
        words.used.add(token.text());
    }

    private void equation(Token token) {
        String variable = token.text().substring(1);
        if (!variables.containsKey(variable)) {
            throw token.error("'" + variable + "' is no state, expected one of " + variables.keySet());
        }
        words.take();
        words.take();
        words.take();
        Node slope = words.number();
        boolean explicit = words.takes(":");
        Token method = words.take();
        if (!explicit || !method.is("euler") && !method.is("exact")) {
            throw method.error("found " + method + ", expected ': euler' or ': exact'" + Brian.hint(method.text()));
        }
        words.used.addAll(List.of(variable, Integrator.DT));
        integrator.add(token, variable, slope, method.is("exact"));
    }

    private void refractory(Token at) {
        if (refractory != null || spike != null) {
            throw at.error("there is a line 'refractory' or 'spike' already, expected 'refractory' once, before it");
        }
        Node steps = ofParameters(at);
        if (words.takes("holds")) {
            do {
                Token token = words.take();
                if (!variables.containsKey(token.text())) {
                    throw token.error(token + " is no state, expected one of " + variables.keySet());
                }
                held.add(token.text());
            } while (words.takes(","));
        }
        refractory = integrator.derive(EquationParameters.REFRACTORY, steps);
        say(at);
        names.put(at.text(), graph.leaf(Op.STATE, at.text(), 0)); // the last variable, declared at the spike
    }

    private void spike(Token at) {
        if (spike != null) {
            throw at.error("there is a line 'spike' already, expected one; conditions are joined by 'and'");
        }
        Node zero = graph.constant(0);
        if (refractory != null) {
            variables.put(Equations.REFRACTORY, zero);
        }
        for (String each : variables.keySet()) {
            atSpike.put(each, held.contains(each) ? held(each) : Graph.of(names, each));
            names.computeIfPresent(each, (_, now) -> cuts ? graph.leaf(Op.STATE, each, 1) : now);
        }
        Token first = words.peek(0);
        Node condition = words.condition();
        Node compared = condition.op() == Op.AND ? condition.of(1) : condition;
        if (compared.op() != Op.GT && compared.op() != Op.GE) {
            throw first.error("found another condition, expected 'A > B' or 'A >= B', last of those joined by 'and'");
        }
        Node left = names.getOrDefault(Equations.REFRACTORY, zero);
        if (refractory != null) {
            Node active = graph.of(Op.LE, left, zero);
            Node gate = condition.equals(compared) ? active : graph.of(Op.AND, active, condition.of(0));
            condition = graph.of(Op.AND, gate, compared);
        }
        if (!cuts) {
            names.putAll(atSpike);
        }
        spike = graph.of(Op.SPIKE, condition, graph.of(Op.SUB, compared.of(0), compared.of(1)));
        names.put(at.text(), spike);
        if (refractory != null) {
            Node less = graph.of(Op.SUB, left, graph.constant(1));
            Node rest = graph.of(Op.SELECT, graph.of(Op.GT, less, zero), less, zero);
            names.put(Equations.REFRACTORY, graph.of(Op.SELECT, condition, refractory, rest));
        }
    }

    private Node held(String variable) {
        Node active = graph.of(Op.LE, Graph.of(names, Equations.REFRACTORY), graph.constant(0));
        return graph.of(Op.SELECT, active, Graph.of(names, variable), graph.leaf(Op.STATE, variable, 0));
    }

    private void reset(Token at) {
        Node fired = spike;
        if (fired == null) {
            throw at.error("'reset' comes before 'spike', expected it after");
        }
        Token token = words.take();
        if (!variables.containsKey(token.text())) {
            throw token.error(token + " is no state, expected one of " + variables.keySet());
        }
        words.expect("=");
        names.put(token.text(), graph.of(Op.SELECT, fired.of(0), words.number(), Graph.of(names, token.text())));
    }

    private void carries(Token at) {
        if (carries != null) {
            throw at.error("there is a line 'carries' already, expected one");
        }
        carries = integrator.derive(EquationParameters.CARRIES, ofParameters(at));
        say(at);
    }
}
