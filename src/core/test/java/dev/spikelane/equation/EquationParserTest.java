package dev.spikelane.equation;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@EveryWidth
final class EquationParserTest {

    private static final String START = "param p = 2\nstate v\ninput i\n";
    private static final String END = "\nspike v > 1\n";

    /** Returns v after a step in float64, with v = 3 before and i = 5. */
    private static double step(String assignment) {
        Equations read = EquationParser.parse(START + assignment + END);
        Map<String, Double> values = Map.of("p", 2.0, "v", 3.0, "i", 5.0, "dt", 1.0);
        return DoubleInterpreter.value(read.next().get("v"), leaf -> value(read, leaf, values));
    }

    private static double value(Derived of, ToDoubleFunction<Node> leaves) {
        Map<Node, Double> values = DoubleInterpreter.values(of.of(), leaves, null);
        double[] all = of.of().stream().mapToDouble(values::get).toArray();
        return of.isExpression() ? all[0] : Derived.exponential(all, of.size())[of.row() * of.size() + of.column()];
    }

    private static double value(Equations read, Node leaf, Map<String, Double> values) {
        Derived derived = read.derived().get(leaf.name());
        return derived == null ? values.get(leaf.name()) : value(derived, of -> value(read, of, values));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1 + 2 * 3                       | 7
                    1 - 2 - 3                       | -4
                    8 / 2 / 2 * 3                   | 6
                    -2^2 + 1                        | -3
                    2^3 * 2^10                      | 8192
                    v > 2 ? i > 9 ? 1 : 2 : 3       | 2
                    not v > 2 or i > 4 and p > 1    | 1
                    (v > 2) * 10 + (v > 3)          | 10
                    max(v, i) - min(v, i)           | 2
                    fma(v, i, p)                    | 17
                    - - v                           | 3
                    1 < 2 and not not 2 <= 2        | 1
                    .5e1 + 2. + 1E-1                | 7.1
                    """)
    void operatorsBindAsUsual(String expression, double expected) {
        assertEquals(expected, step("v = " + expression), 1e-12);
    }

    /** Just above and below the middle of two floats, to which the nearest double rounds. */
    @ParameterizedTest
    @ValueSource(strings = {"1.00000005960464477539062500000001", "1.00000017881393432617187499999999", "0.1"})
    void numbersAreRoundedOnce(String number) {
        assertEquals(Float.parseFloat(number), (float) step("v = " + number));
    }

    @Test
    void equationsAreSteps() {
        assertEquals(3 + (5 - 3) / 2.0, step("dv/dt = (i - v) / p : euler"));
        assertEquals(3 + (1 - Math.exp(-0.5)) * (5 - 3), step("dv/dt = (i - v) / p : exact"), 1e-12);
        assertEquals(3 + 5, step("dv/dt = i : exact"), 1e-12);
        // exponential Euler, with the slope -i
        assertEquals(3 + (1 - Math.exp(-5)) / 5 * (2 - 5 * 3), step("dv/dt = p - i * v : exact"), 1e-12);
    }

    @Test
    void linearSystemsAreExact() {
        Equations read = EquationParser.parse("""
                param tau = 10, taus = 2, dt = 0.1
                state v = 0.5, s = 1, h = 0.25
                input i
                dv/dt = -v / tau + s + i : exact
                ds/dt = -s / taus + h : exact
                dh/dt = -h / taus : exact
                spike v > 1
                """);
        Map<String, Double> values =
                Map.of("tau", 10.0, "taus", 2.0, "dt", 0.1, "v", 0.5, "s", 1.0, "h", 0.25, "i", 0.3);
        ToDoubleFunction<Node> leaves = leaf -> value(read, leaf, values);
        double[] x = {0.5, 1, 0.25};
        int small = 200_000; // compares with small midpoint steps
        for (int n = 0; n < small; n++) {
            double[] middle = step(x, x, 0.05 / small);
            x = step(x, middle, 0.1 / small);
        }
        assertEquals(x[0], DoubleInterpreter.value(read.next().get("v"), leaves), 1e-9);
        assertEquals(x[1], DoubleInterpreter.value(read.next().get("s"), leaves), 1e-9);
        assertEquals(x[2], DoubleInterpreter.value(read.next().get("h"), leaves), 1e-9);
    }

    private static double[] step(double[] from, double[] slopes, double dt) {
        return new double[] {
            from[0] + dt * (-slopes[0] / 10 + slopes[1] + 0.3),
            from[1] + dt * (-slopes[1] / 2 + slopes[2]),
            from[2] + dt * (-slopes[2] / 2)
        };
    }

    @Test
    void aNeuronIsReadInWhole() {
        Equations read = EquationParser.parse("""
                # a neuron
                neuron Adaptive
                param beta [1] = 0.9, rho = 1 - 0.05, threshold [mV] = 1, jump = 0.2
                state v [mV] = -threshold, a
                input current [nA], feedback
                noise xi
                refractory 3 holds v
                v = beta * v + (current +
                    feedback) + xi          # goes on behind a parenthesis
                a = rho * a
                spike v > threshold + a
                reset v = 0
                reset a = a + jump
                carries 2 * jump
                """);
        assertEquals("Adaptive", read.name());
        assertEquals(
                List.of("beta", "rho", "threshold", "jump"),
                List.copyOf(read.parameters().keySet()));
        assertEquals(
                List.of("v", "a", "refractory"), List.copyOf(read.variables().keySet()));
        assertEquals(List.of("current", "feedback"), read.inputs());
        assertEquals(List.of("xi"), read.noises());
        assertEquals(Map.of("beta", "1", "threshold", "mV", "v", "mV", "current", "nA"), read.units());
        assertEquals(0.95, read.parameters().get("rho"), 1e-12);
    }

    @Test
    void aRefractoryPeriodIsNoMembraneWhereverItIsDeclared() {
        Equations read = EquationParser.parse("refractory 2\nstate v, a\ninput i\nv = v + i\nspike v > 1");
        assertEquals(
                List.of("v", "a", "refractory"), List.copyOf(read.variables().keySet()));
        assertEquals(read.variables().keySet(), read.next().keySet());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    v = j * 2               | line 4, column 5: 'j' is not declared, expected one of [dt, i, p, v]
                    v = 1 +                 | line 4, column 8: found the end of the line, expected a number, a name or '('
                    v = 1 2                 | line 4, column 7: found '2', expected the end of the line
                    v = log2(v)             | line 4, column 5: 'log2' is not declared, expected one of [abs, exp, expm1, fma, log, max, min, sigmoid, sqrt, tanh]
                    v = exp(1, 2)           | line 4, column 5: 'exp' has 2 arguments, expected 1
                    v = max(1)              | line 4, column 5: 'max' has 1 argument, expected 2
                    v = v ^ 17              | line 4, column 9: found '17', expected a power from 2 to 16
                    v = v ^ p               | line 4, column 9: found 'p', expected a power from 2 to 16
                    v = v ? 1 : 0           | line 4, column 5: the expression at 'v' is a number, expected a condition such as 'a > b'
                    v = not v               | line 4, column 9: the expression at 'v' is a number, expected a condition such as 'a > b'
                    v = 1e99                | line 4, column 5: '1e99' is too large for float32, expected at most 3.4028235E38
                    v = 1.2.3               | line 4, column 8: found '.3', expected the end of the line
                    v = 2x                  | line 4, column 5: cannot read the number '2x', expected one such as 2, 0.5 or 1e-3
                    v = \u00fc                   | line 4, column 5: cannot read '\u00fc', expected a name of letters, digits and '_', a number, or one of + - * / ^ ( ) < > ? : , = [ #
                    p = 3                   | line 4, column 1: 'p' is no variable and cannot be assigned, expected another name
                    dt = 3                  | line 4, column 1: 'dt' is no variable and cannot be assigned, expected another name
                    i = 3                   | line 4, column 1: 'i' is no variable and cannot be assigned, expected another name
                    exp = 3                 | line 4, column 1: 'exp' is a word of the language, expected another name
                    param v = 3             | line 4, column 7: 'v' is declared in line 2, expected another name
                    param k                 | line 4, column 8: found the end of the line, expected '='
                    param k = p             | line 4, column 11: 'k' depends on 'p', expected a number; 'let' makes parameters of others
                    param k = 1 / 0         | line 4, column 11: 'k' is Infinity, expected a finite number
                    param k = 3 from 0 to 2 | line 4, column 7: 'k' is 3.0, expected 0.0 to 2.0
                    param k = 3 from 0      | line 4, column 19: found the end of the line, expected 'to'
                    param if = 1, spike = 2 | line 4, column 15: 'spike' is a word of the language, expected another name
                    let k = v               | line 4, column 5: 'k' depends on 'v', expected parameters and numbers
                    reset v = 0             | line 4, column 1: 'reset' comes before 'spike', expected it after
                    dw/dt = 1 : euler       | line 4, column 1: 'w' is no state, expected one of [v]
                    dv/dt = 1               | line 4, column 10: found the end of the line, expected ': euler' or ': exact'
                    dv/dt = 1 : magic       | line 4, column 13: found 'magic', expected ': euler' or ': exact'
                    dv/dt = v * v : exact   | line 4, column 1: the equation is not linear in 'v', expected ': euler'
                    spike v < 1             | line 4, column 7: found another condition, expected 'A > B' or 'A >= B', last of those joined by 'and'
                    spike v > 1 or i > 1    | line 4, column 7: found another condition, expected 'A > B' or 'A >= B', last of those joined by 'and'
                    refractory 2 holds i    | line 4, column 20: 'i' is no state, expected one of [v]
                    neuron a, b             | line 4, column 9: found ',', expected the end of the line
                    hello world             | line 4, column 1: found 'hello', expected neuron, param, let, let32, state, input, noise, uniform, poisson, refractory, spike, reset, carries, NAME = ... or dNAME/dt = ...
                    state w [mV             | line 4, column 9: '[' begins a unit, expected ']' in the same line
                    v = (1 + 2              | line 6, column 1: found the end of the text, expected ')' for the '(' in line 4, column 5
                    """)
    void errorsNameThePlaceAndTheWord(String line, String message) {
        assertInvalid(message, () -> EquationParser.parse(START + line + END));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dv/dt = -v exact            | found 'exact', expected ': euler' or ': exact'
                    dv/dt = -v : volt           | expected ': euler' or ': exact'; a unit stands in brackets after a name, such as 'param tau [ms] = 20'
                    dv/dt = -v : exact (unless refractory) | found '(', expected the end of the line; a line 'refractory 5 / dt holds v' before 'spike' keeps v for 5 ms
                    param tau = 20*ms           | expected one of [dt, i, p, v]; a unit stands in brackets after a name, such as 'param tau [ms] = 20'
                    param tau = 20 ms           | expected the end of the line; a unit stands in brackets after a name, such as 'param tau [ms] = 20'
                    v = clip(v, 0, 1)           | sqrt, tanh]; write 'max(0, min(x, 1))' for 'clip(x, 0, 1)'
                    v = sin(v)                  | sqrt, tanh]; there is no sine: an input can bring its values
                    v = v + xi                  | expected one of [dt, i, p, v]; a line 'noise xi' declares it, normal in each step: write 'xi / sqrt(dt)' in an equation
                    v -= 1                      | NAME = ... or dNAME/dt = ...; write 'v = v - 1' for 'v -= 1'
                    """)
    void errorsHaveHintsForTextsOfBrian(String line, String end) {
        String message = assertThrows(IllegalArgumentException.class, () -> EquationParser.parse(START + line + END))
                .getMessage();
        assertTrue(message.endsWith(end), message);
    }

    @Test
    void aDelayWithoutARangeIsRefusedWithALineThatHasOne() {
        assertInvalid(
                "line 3, column 20: found 'p', expected a parameter in a range from 0 to at most 64, such as"
                        + " 'param delay = 3 from 0 to 25'",
                () -> EquationParser.parse("param p = 2\nstate v\ninput i delayed by p" + END));
    }

    @Test
    void whatIsMissingIsNamed() {
        assertMessage( // the counter of a refractory period is not one
                IllegalArgumentException.class,
                "line 3, column 12: found the end of the text, expected a line 'state ...'",
                () -> EquationParser.parse("input i\nrefractory 2\nspike i > 0"));
        for (String word : List.of("state", "spike")) {
            String text = word.equals("state") ? "input i\nspike i > 0" : "state v\ninput i";
            int column = text.length() - text.indexOf('\n');
            String hint =
                    word.equals("spike") ? ", such as 'spike v > 1', or 'spike 0 > 1' for one that never fires" : "";
            assertInvalid(
                    "line 2, column " + column + ": found the end of the text, expected a line '" + word + " ...'"
                            + hint,
                    () -> EquationParser.parse(text));
        }
        assertInvalid(
                "line 3, column 1: there is a line 'neuron' already, expected one",
                () -> EquationParser.parse("neuron a\nstate v\nneuron b\ninput i\nspike v > 0"));
        assertInvalid(
                "line 7, column 1: there is a line 'spike' already, expected one; conditions are joined by 'and'",
                () -> EquationParser.parse(START + "v = i" + END + "\nspike v > 2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n\n",
                "((((",
                "))))",
                "v",
                "=",
                "[",
                "]",
                "spike",
                "param",
                "\u0000",
                "\ud800",
                "v = v = v",
                "state class, int, goto\ninput new\nspike class",
                "state v state w",
                "d/dt = 1",
                "/dt = 1",
                "neuron",
                "param a = b = c",
                "reset"
            })
    void hostileTextsEndInOneClearError(String text) {
        assertClear(text);
        assertClear(START + text);
        assertClear(START + text + END.repeat(2));
    }

    /** Each of these functions has about 30 operations in a loop. */
    @Test
    void theLineWithWhichOperationsAreTooManyIsNamed() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> EquationParser.parse(START + "v = tanh(v)\n".repeat(1_500) + END))
                .getMessage();
        assertTrue(
                message.matches("line \\d{3,4}, column 1: more than 20000 operations with those of functions, expected"
                        + " at most so many"),
                message);
        EquationParser.parse(START + "v = tanh(v)\n".repeat(400) + END);
        String system = IntStream.range(0, 32).mapToObj(i -> "v" + i).collect(Collectors.joining(" * "));
        assertClear("state " + system.replace(" *", ",") + "\ninput i\n"
                + IntStream.range(0, 32)
                        .mapToObj(i -> "dv" + i + "/dt = tanh(" + system + ") * exp(" + system + ") : exact\n")
                        .collect(Collectors.joining())
                + "spike v0 > i");
    }

    @Test
    void longAndDeepTextsAreRefused() {
        assertClear("v".repeat(100_000));
        assertClear(START + "v = v + i\n".repeat(10_000) + END);
        assertClear(START + "v = " + "(".repeat(10_000) + "1" + ")".repeat(9_000) + END);
        assertClear(START + "v = " + "exp(".repeat(3_000) + "1" + ")".repeat(3_000) + END);
        assertClear(START + "v = " + "(".repeat(5_000) + "1" + ")".repeat(5_000) + END);
        assertClear(START + "v = " + "v > 1 ? 1 : ".repeat(1_000) + "0" + END);
        assertClear(START + "x" + "y".repeat(10_000) + " = 1" + END);
        assertEquals(-3, step("v = " + "-".repeat(10_001) + "v"));
        assertEquals(1, step("v = v < 5 and " + "not ".repeat(4_000) + "v < 5"));
        assertEquals(3 + 4_000 * 5, step("v = v" + " + i".repeat(4_000)));
        assertEquals(0, step("v = v * 0\n" + "v = v * v\n".repeat(1_500))); // deep, and a tree of 2^1500 leaves
    }

    /** Words in any order, and characters at any place. */
    @Test
    void mutatedTextsEndInOneClearErrorOrAreRead() {
        Random random = new Random(3);
        String[] words =
                "param a = 1 , state v input i let spike > reset ( ) ? : + - * / ^ dv/dt exact exp \n # [ ]".split(" ");
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder(RandomEquations.any(random));
            for (int j = 0; j < 3; j++) {
                int at = random.nextInt(text.length());
                text.replace(
                        at, Math.min(text.length(), at + random.nextInt(4)), " " + words[random.nextInt(words.length)]);
            }
            try {
                EquationParser.parse(text.toString());
            } catch (IllegalArgumentException refused) {
                assertClear(refused);
            }
        }
    }

    private static void assertClear(String text) {
        assertClear(assertThrows(IllegalArgumentException.class, () -> EquationParser.parse(text)));
    }

    private static void assertClear(IllegalArgumentException refused) {
        String message = refused.getMessage();
        assertTrue(message.matches("line \\d+, column \\d+: .*expected.*"), message);
        assertTrue(message.length() < 400, message);
    }

    @Test
    void namesAreDeclaredBeforeTheyAreAssigned() {
        assertInvalid(
                "line 3, column 7: 'v' is assigned before it is declared, expected another name",
                () -> EquationParser.parse("input i\nv = i\nstate v\nspike v > 1"));
    }

    /** A condition is constant during a step, with and without other equations. */
    @Test
    void conditionsOfLinearSystemsSeeTheVariables() {
        Equations read = EquationParser.parse("""
                state v, w
                input i
                dv/dt = (v > 1) + w - v : exact
                dw/dt = v - 2 * w : exact
                spike v > 9
                """);
        boolean compares = Graph.order(List.of(read.next().get("v"))).stream()
                .anyMatch(node -> node.op() == Op.GT && node.of(0).name().equals("v"));
        assertEquals(true, compares);
    }
}
