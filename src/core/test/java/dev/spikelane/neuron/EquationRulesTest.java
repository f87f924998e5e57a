package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.equation.RandomEquations;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refused texts of users, and rules that the page states. */
@EveryWidth
final class EquationRulesTest {

    private static final String START = "param p = 0\nstate v\ninput i\n";
    private static final String END = "\nspike v > p + i";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    param gian = 1         | line 4, column 7: no line reads 'gian'; use it or remove it
                    param dt = 1           | line 4, column 7: no line reads 'dt'; use it or remove it
                    let gian = p           | line 4, column 5: no line reads 'gian'; use it or remove it
                    input j, gian [nA]     | line 4, column 7: no line reads 'j'; use it or remove it
                    noise gian             | line 4, column 7: no line reads 'gian'; use it or remove it
                    state u, gian [gian]   | line 4, column 7: no line reads 'u'; use it or remove it
                    refractory -1          | line 4, column 1: 'refractory' is -1.0, expected 0 to 16777216 steps
                    refractory 0 / 0       | line 4, column 1: 'refractory' is NaN, expected 0 to 16777216 steps
                    refractory 1e30        | line 4, column 1: 'refractory' is 1.0E30, expected 0 to 16777216 steps
                    carries log(p)         | line 4, column 1: 'carries' is -Infinity, expected a finite number
                    let k = 1 / p;v = k    | line 4, column 5: 'k' is Infinity, expected a finite number
                    state w = p / p;w = v  | line 4, column 7: 'w' is NaN, expected a finite number
                    state u, dt            | line 4, column 10: 'dt' is a parameter, the time of a step, expected another name
                    let dt = 1             | line 4, column 5: 'dt' is a parameter, the time of a step, expected another name
                    input dt               | line 4, column 7: 'dt' is a parameter, the time of a step, expected another name
                    v = v ** 2             | line 4, column 8: found '*', expected a number, a name or '('; powers are such as 'v^2'
                    """)
    void textsThatMeanSomethingElseAreRefused(String lines, String message) {
        assertInvalid(message, () -> EquationNeuron.of(START + lines.replace(';', '\n') + END));
    }

    @ParameterizedTest
    @CsvSource({"spyke,spike", "sipke,spike", "parm,param", "inputs,input", "carrys,", "lex,let", "x,"})
    void wordsThatAreNearlyRightGetAHint(String word, String meant) {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> EquationNeuron.of(START + word + " v > 1" + END))
                .getMessage();
        assertEquals(meant != null, message.endsWith("; did you mean '" + meant + "'?"), message);
    }

    /** The suggested text is valid. */
    @Test
    void aTextWithoutASpikeGetsAHint() {
        String text = "state u\ninput i\nu = u + i\n";
        assertInvalid(
                "line 3, column 10: found the end of the text, expected a line 'spike ...', such as 'spike u > 1', or"
                        + " 'spike 0 > 1' for one that never fires",
                () -> EquationNeuron.of(text));
        assertEquals(
                0,
                EquationNeuron.of(text + "spike 0 > 1")
                        .run(row(1, 5, 9))
                        .spikes()
                        .count());
        assertEquals(
                3,
                EquationNeuron.of(text + "spike u > 1")
                        .run(row(5, 5, 9))
                        .spikes()
                        .count());
    }

    @Test
    void textsAtRandomAreNeurons() {
        for (int seed = 0; seed < 20; seed++) {
            String text = RandomEquations.any(new Random(seed));
            assertEquals(text, EquationNeuron.of(text).text());
        }
    }

    /** Recorders read states. */
    @Test
    void statesMayOnlyBeAssigned() {
        String text = "param p = 2\nstate v, %s\ninput i\nv = v + i\n%s\nspike v > p";
        assertEquals(
                3,
                EquationNeuron.of(text.formatted("w", "w = v * v")).variables().size()
                        + EquationNeuron.of("state v\ninput i\ndv/dt = 1 : euler\nspike i > 1")
                                .variables()
                                .size());
    }

    @Test
    void valuesWithWhichALetIsNoNumberAreRefusedWhereTheyAreLaidOut() {
        EquationNeuron model = EquationNeuron.of("""
                neuron Divided
                param p = 2
                state v
                input i
                let k = 1 / p
                v = k * v + i
                refractory p
                spike v > 1
                """);
        model.with("p", 1, 3).bind(Arena.ofAuto(), 2);
        assertInvalid(
                "neuron Divided: 'k' is Infinity for neuron 1, expected a finite number",
                () -> model.with("p", 1, 0).bind(Arena.ofAuto(), 2));
        assertInvalid(
                "neuron Divided: 'refractory' is -1.0, expected 0 to 16777216 steps",
                () -> model.with("p", -1).bind(Arena.ofAuto(), 2));
    }

    /** A time constant of 0 silently made all membranes NaN. */
    @ParameterizedTest
    @ValueSource(strings = {"euler", "exact"})
    void valuesWithWhichAConstantIsNoNumberAreRefusedWhereTheyAreLaidOut(String method) {
        EquationNeuron model = EquationNeuron.of("""
                neuron Falling
                param tau = 10
                state v
                input i
                dv/dt = (i - v) / tau : %s
                spike v > 1
                """.formatted(method));
        model.with("tau", 1, 3).bind(Arena.ofAuto(), 2);
        assertInvalid(
                "neuron Falling: a constant of the equations, with tau = 0.0, is Infinity"
                        + " for neuron 1, expected a finite number",
                () -> model.with("tau", 1, 0).bind(Arena.ofAuto(), 2));
        EquationNeuron coupled = EquationNeuron.of(
                "param tau = 1\nstate v, u\ndv/dt = u / tau : exact\n" + "du/dt = -v / tau : exact\nspike v > 1");
        assertThrows(
                IllegalArgumentException.class, () -> coupled.with("tau", 0).bind(Arena.ofAuto(), 2));
    }

    /** Lines before the spike are held; lines after it continue, and a fraction of a step is a whole one. */
    @ParameterizedTest
    @ValueSource(strings = {"2", "1.5"})
    void heldStatesStayUpToTheSpike(String steps) {
        Neuron.Run run = EquationNeuron.of("""
                state v
                input i
                refractory %s holds v
                v = v + i
                spike v > 0.9
                v = v + 0.25
                """.formatted(steps)).run(row(1, 1, 1, 1));
        assertArrayEquals(new float[] {1.25f, 1.5f, 1.75f, 3}, run.membranes().toArray());
        assertEquals(2, run.spikes().count());
        assertTrue(run.spikes().get(0, 0) && run.spikes().get(3, 0));
    }

    /** {@code i} is NaN: the second of two is taken. */
    @ParameterizedTest
    @CsvSource({"'max(i / i, 3)', 3", "'max(3, i / i)', NaN", "'min(i / i, 3)', 3", "'min(3, i / i)', NaN"})
    void ofNaNAndANumberTheSecondIsTaken(String expression, float expected) {
        String text = "state v\ninput i\nv = " + expression + "\nspike v > 1";
        assertEquals(expected, EquationNeuron.of(text).run(row(0)).membranes().get(0, 0));
    }

    private static FloatMatrix row(float... currents) {
        return fill(FloatMatrix.zeros(currents.length, 1), i -> currents[i]);
    }

    private static final String WHOLE = """
            neuron Counting
            param first = 3
            state v, out = first to 3
            input current
            v = v + current
            spike v > 1
            out = min(out + spike, 3)
            """;

    /** Products use bits of these, or their values: both agree only in the range. */
    @Test
    void wholeNumbersBeginInTheirRangeAndAreNotRounded() {
        EquationNeuron counting = EquationNeuron.of(WHOLE);
        assertInvalid(
                "neuron Counting: 'out' is 4.0, expected 0 to 3",
                () -> counting.with("first", 4).bind(Arena.ofAuto(), 2));
        assertInvalid(
                "line 3, column 10: 'out' is -1.0, expected 0 to 3",
                () -> EquationNeuron.of(WHOLE.replace("first = 3", "first = -1")));
        assertInvalid(
                "line 3, column 10: 'out' is a whole number, expected no such among rounded states",
                () -> counting.withQuantization(Quantization.named("q", 0, 1)));
    }
}
