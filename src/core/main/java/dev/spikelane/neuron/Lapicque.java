package dev.spikelane.neuron;

import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Logarithm;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * Lapicque's RC circuit of {@code snntorch.Lapicque} (0.9.4), bit for bit: a step of Euler's method.
 *
 * <p>Each step, with U the membrane, I the input current, R and S in {0, 1}, in float32 without fused operations:
 *
 * <pre>{@code
 * R = U > threshold                                              from the membrane before the step
 * V = ((I * resistance) * (1 / (resistance * capacitance))) * timeStep
 *     + (1 - timeStep / (resistance * capacitance)) * U
 * U = V - R * threshold                                          reset SUBTRACT
 * U = V - R * V                                                  reset ZERO
 * U = V                                                          reset NONE
 * S = U > threshold
 * }</pre>
 *
 * <p>The decay is thus {@code 1 - timeStep / (RC)}. A model made from beta has {@code RC = timeStep / ln(1 / beta)}, so
 * its decay is {@code 1 + ln(beta)}, not beta: 0.307 for beta 0.5, and negative below 0.368. snnTorch refuses beta for
 * each neuron, although its documentation allows it; here it works. snnTorch's model resets at the next step only; here
 * the other reset times act as in other models.
 *
 * <p>Variables for recorders: {@code membrane}.
 *
 * @param resistance R of the circuit, not zero
 * @param capacitance C of the circuit, not zero
 * @param timeStep the step, in the unit of RC
 * @param firing the threshold and the reset
 */
public record Lapicque(Parameter resistance, Parameter capacitance, float timeStep, ThresholdAndReset firing)
        implements Neuron, HasFiring<Lapicque> {

    /**
     * Makes a model from R and C.
     *
     * @throws IllegalArgumentException if a value is NaN, infinite or zero, or numbers of values differ
     */
    public Lapicque {
        requireUsable("resistance", resistance);
        requireUsable("capacitance", capacitance);
        requireUsable("timeStep", Parameter.of(timeStep));
        requireSameCount(resistance, capacitance);
        Objects.requireNonNull(firing, "firing");
    }

    /**
     * Makes a model from beta alone: resistance 1, time step 1, {@code C = 1 / ln(1 / beta)}.
     *
     * @param beta above 0 and not 1: one value, or one for each neuron
     * @return the model
     * @throws IllegalArgumentException if a beta is out of range
     */
    public static Lapicque ofBeta(float... beta) {
        return ofBetaAndResistance(Parameter.of(Objects.requireNonNull(beta, "beta")), Parameter.of(1), 1);
    }

    /**
     * Makes a model from beta alone: resistance 1, time step 1, {@code C = 1 / ln(1 / beta)}.
     *
     * @param beta above 0 and not 1: one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a beta is out of range
     */
    public static Lapicque ofBeta(double... beta) {
        return ofBetaAndResistance(Parameter.of(Objects.requireNonNull(beta, "beta")), Parameter.of(1), 1);
    }

    /**
     * Makes a model from beta and R: {@code C = timeStep / (R * ln(1 / beta))}.
     *
     * @param beta above 0 and not 1
     * @param resistance R of the circuit, not zero
     * @param timeStep the step
     * @return the model
     * @throws IllegalArgumentException if a value is out of range, or numbers of values differ
     */
    public static Lapicque ofBetaAndResistance(Parameter beta, Parameter resistance, double timeStep) {
        float step = (float) timeStep;
        return new Lapicque(resistance, other(beta, resistance, step), step, ThresholdAndReset.DEFAULT);
    }

    /**
     * Makes a model from beta and C: {@code R = timeStep / (C * ln(1 / beta))}.
     *
     * @param beta above 0 and not 1
     * @param capacitance C of the circuit, not zero
     * @param timeStep the step
     * @return the model
     * @throws IllegalArgumentException if a value is out of range, or numbers of values differ
     */
    public static Lapicque ofBetaAndCapacitance(Parameter beta, Parameter capacitance, double timeStep) {
        float step = (float) timeStep;
        return new Lapicque(other(beta, capacitance, step), capacitance, step, ThresholdAndReset.DEFAULT);
    }

    /**
     * Makes a model from R and C.
     *
     * @param resistance R of the circuit, not zero
     * @param capacitance C of the circuit, not zero
     * @param timeStep the step
     * @return the model
     * @throws IllegalArgumentException if a value is NaN, infinite or zero
     */
    public static Lapicque of(double resistance, double capacitance, double timeStep) {
        return new Lapicque(
                Parameter.of(resistance), Parameter.of(capacitance), (float) timeStep, ThresholdAndReset.DEFAULT);
    }

    /**
     * Returns this model with other options.
     *
     * @param options the threshold and the reset
     * @return the model
     */
    @Override
    public Lapicque withFiring(ThresholdAndReset options) {
        return new Lapicque(resistance, capacitance, timeStep, options);
    }

    /** The one of R and C that follows from beta and the other. */
    private static Parameter other(Parameter beta, Parameter known, float timeStep) {
        Objects.requireNonNull(beta, "beta");
        requireUsable("resistance or capacitance", known);
        requireUsable("timeStep", Parameter.of(timeStep));
        requireSameCount(beta, known);
        float[] values = new float[Math.max(beta.count(), known.count())];
        for (int i = 0; i < values.length; i++) {
            float share = Parameters.valueOrLast(beta, i);
            Checks.require(
                    share > 0 && share != 1 && Float.isFinite(share), "beta", share, "a finite number above 0, not 1");
            values[i] = timeStep / (Parameters.valueOrLast(known, i) * Logarithm.log(1 / share));
        }
        return Parameter.of(values);
    }

    private static void requireUsable(String name, Parameter parameter) {
        Objects.requireNonNull(parameter, name).requireFinite(name);
        for (float value : parameter.values()) {
            Checks.require(value != 0, name, value, "a number that is not 0");
        }
    }

    private static void requireSameCount(Parameter one, Parameter other) {
        if (one.count() != 1 && other.count() != 1 && one.count() != other.count()) {
            throw new IllegalArgumentException(
                    "parameters have " + one.count() + " and " + other.count() + " values, expected 1 or as many");
        }
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return new TextGroup(
                firing.clearing()
                        .applyTo(new LeakyModel(shape.size()), 1)
                        .param("resistance", resistance.values())
                        .param("capacitance", capacitance.values())
                        .param("timeStep", timeStep)
                        .let32("perTime", "1 / (resistance * capacitance)")
                        .let32("decay", "1 - timeStep / (resistance * capacitance)")
                        .gains("resistance", "perTime", "timeStep")
                        .decay(Decay.MULTIPLY, "decay")
                        .build(arena),
                variables());
    }
}
