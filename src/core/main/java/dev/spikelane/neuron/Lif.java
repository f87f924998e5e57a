package dev.spikelane.neuron;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/**
 * The leaky integrate-and-fire neuron with the conventions of other libraries: every difference between them is a named
 * option, and each library is a preset.
 *
 * <p>Each step, with U the membrane, X the synaptic current, I the input, S in {0, 1}, in float32 without fused
 * operations:
 *
 * <pre>{@code
 * X = synapse * X + gain * I                    X = gain * I without a synapse
 * U = leak * U + X                              decay MULTIPLY
 * U = leak * U + (1 - leak) * X                 decay MULTIPLY_WEIGHTED
 * U = U + leak * ((rest - U) + X)               decay EULER
 * U = U + (X - (U - rest)) / leak               decay DIVIDE
 * S = U > threshold                             compare STRICT;  U >= threshold: INCLUSIVE
 * U = U - S * threshold                         reset SUBTRACT at the SAME_STEP
 * U = (1 - S) * U + S * resetPotential          reset CLEAR at the SAME_STEP
 * }</pre>
 *
 * <p>Resets at the next step act as in {@link Leaky}.
 *
 * <table>
 * <caption>Conventions</caption>
 * <tr><th>preset</th><th>decay</th><th>compare</th><th>reset</th><th>reset time</th></tr>
 * <tr><td>{@link #snnTorch}</td><td>MULTIPLY</td><td>STRICT</td><td>SUBTRACT</td><td>NEXT_STEP</td></tr>
 * <tr><td>{@link #spikingJelly}</td><td>DIVIDE</td><td>INCLUSIVE</td><td>CLEAR</td><td>SAME_STEP</td></tr>
 * <tr><td>{@link #norse}</td><td>EULER, with a synapse</td><td>STRICT</td><td>CLEAR</td><td>SAME_STEP</td></tr>
 * <tr><td>{@link #sinabs}</td><td>MULTIPLY_WEIGHTED</td><td>INCLUSIVE</td><td>SUBTRACT</td><td>SAME_STEP</td></tr>
 * <tr><td>{@link #nir}</td><td>EULER</td><td>STRICT</td><td>CLEAR</td><td>SAME_STEP</td></tr>
 * </table>
 *
 * <p>A model begins at a preset or at {@link #of}, and is changed one thing at a time; two with the same values are
 * equal.
 *
 * <p>Variables for recorders: {@code membrane}; with a synapse also {@code synapse}.
 *
 * @param decay how the membrane decays and takes its input
 * @param leak the parameter of the decay; one value, or one for each neuron; see {@link Decay}
 * @param gain the factor of the input; one value, or one for each neuron
 * @param synapse the share of the synaptic current left after a step; one value, or one for each neuron, clamped to [0,
 *     1]; 0 for all neurons: no synapse
 * @param rest where the membrane decays to, with EULER and DIVIDE; one value, or one for each neuron
 * @param resetPotential where ZERO and CLEAR lead to at the SAME_STEP; one value, or one for each neuron
 * @param firing the threshold and the reset
 */
public record Lif(
        Decay decay,
        Parameter leak,
        Parameter gain,
        Parameter synapse,
        Parameter rest,
        Parameter resetPotential,
        ThresholdAndReset firing)
        implements Neuron, HasFiring<Lif> {

    private static final Parameter NOTHING = Parameter.of(0);
    private static final ThresholdAndReset CLEARS =
            ThresholdAndReset.DEFAULT.withReset(Reset.CLEAR).withResetTime(Reset.Time.SAME_STEP);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a value is NaN or infinite, or a leak that divides is 0
     */
    public Lif {
        Objects.requireNonNull(decay, "decay");
        leak.requireFinite("leak");
        gain.requireFinite("gain");
        synapse.requireFinite("synapse");
        rest.requireFinite("rest");
        resetPotential.requireFinite("resetPotential");
        Objects.requireNonNull(firing, "firing");
        for (float each : leak.values()) {
            if (decay == Decay.DIVIDE && each == 0) {
                throw new IllegalArgumentException("leak is 0, expected another number, by which the input is divided");
            }
        }
    }

    /**
     * Makes a model with a gain of 1 and {@link ThresholdAndReset#DEFAULT}, without a synapse, whose membrane decays to
     * 0.
     *
     * @param decay how the membrane decays and takes its input
     * @param leak the parameter of the decay; see {@link Decay}
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or a leak that divides is 0
     */
    public static Lif of(Decay decay, Parameter leak) {
        return new Lif(decay, leak, Parameter.of(1), NOTHING, NOTHING, NOTHING, ThresholdAndReset.DEFAULT);
    }

    /**
     * Creates a model with the convention of {@code snntorch.Leaky}, the default here. It equals {@link Leaky} if beta
     * is in [0, 1].
     *
     * @param beta share of the membrane left after a step, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public static Lif snnTorch(double... beta) {
        return of(Decay.MULTIPLY, Parameter.of(Objects.requireNonNull(beta, "beta")));
    }

    /**
     * The convention of {@code spikingjelly.activation_based.neuron.LIFNode} with its defaults
     * ({@code decay_input=True, v_threshold=1, v_reset=0}): {@code U = U + (I - U) / tau}, fires at {@code U >= 1},
     * then U is 0 at once. With {@code v_reset=None} it subtracts:
     * {@code withFiring(model.firing().withReset(Reset.SUBTRACT))}.
     *
     * @param tau the time constant in steps, above 1, rounded once to float32; its default there is 2
     * @return the model
     * @throws IllegalArgumentException if tau is 0, NaN or infinite
     */
    public static Lif spikingJelly(double... tau) {
        return of(Decay.DIVIDE, Parameter.of(Objects.requireNonNull(tau, "tau")))
                .withFiring(CLEARS.withCompare(Compare.INCLUSIVE));
    }

    /**
     * The convention of {@code norse.torch.LIFCell} with its defaults ({@code v_th=1, v_leak=v_reset=0}): the input
     * jumps the synaptic current, which charges the membrane in the same step:
     * {@code U = U + dt * inverseTauMembrane * ((0 - U) + X)}, fires at {@code U > 1}, then U is 0 at once. Some
     * versions of Norse charge the membrane with the current of the step before. Norse takes the decay from the current
     * at the end of a step, {@code X - dt * inverseTauSynapse * X}: its membranes agree to rounding, and its current is
     * that before the next input.
     *
     * @param dt the step in seconds; its default there is 0.001
     * @param inverseTauSynapse one by the time constant of the synapse; its default there is 200
     * @param inverseTauMembrane one by the time constant of the membrane; its default there is 100
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public static Lif norse(double dt, double inverseTauSynapse, double inverseTauMembrane) {
        float step = (float) dt;
        return of(Decay.EULER, Parameter.of(step * (float) inverseTauMembrane))
                .withParameter("synapse", Parameter.of(1 - step * (float) inverseTauSynapse))
                .withFiring(CLEARS);
    }

    /**
     * The convention of {@code sinabs.layers.LIF} with {@code spike_fn=SingleSpike} and the other defaults
     * ({@code norm_input=True, spike_threshold=1}, reset by subtraction): {@code U = a U + (1 - a) I} with
     * {@code a = exp(-1 / tau)}, fires at {@code U >= 1}, then 1 is subtracted at once. Its default {@code MultiSpike},
     * several spikes of a neuron in a step, has no place in a matrix of bits.
     *
     * @param tau the time constant in steps, above 0, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN, or there is none
     */
    public static Lif sinabs(double... tau) {
        float[] leak = Parameter.of(Objects.requireNonNull(tau, "tau")).values();
        for (int i = 0; i < leak.length; i++) {
            leak[i] = (float) StrictMath.exp(-1 / leak[i]);
        }
        return of(Decay.MULTIPLY_WEIGHTED, Parameter.of(leak))
                .withFiring(
                        ThresholdAndReset.DEFAULT.withCompare(Compare.INCLUSIVE).withResetTime(Reset.Time.SAME_STEP));
    }

    /**
     * The LIF primitive of the Neuromorphic Intermediate Representation, {@code tau dU/dt = (v_leak - U) + r I}, fires
     * at {@code U > v_threshold}, then U is v_reset; by a step of Euler's method,
     * {@code U = U + dt / tau * ((v_leak - U) + r I)}.
     *
     * @param dt the step, in the unit of tau
     * @param tau the time constant of each neuron
     * @param r the resistance of each neuron
     * @param leakPotential v_leak of each neuron
     * @param threshold v_threshold of each neuron
     * @param resetPotential v_reset of each neuron; 0 where the file has none
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or a tau is 0
     */
    public static Lif nir(
            double dt,
            Parameter tau,
            Parameter r,
            Parameter leakPotential,
            Parameter threshold,
            Parameter resetPotential) {
        float[] leak = tau.values();
        for (int i = 0; i < leak.length; i++) {
            leak[i] = (float) dt / leak[i];
        }
        return of(Decay.EULER, Parameter.of(leak))
                .withParameter("gain", Objects.requireNonNull(r, "r"))
                .withParameter("rest", Objects.requireNonNull(leakPotential, "leakPotential"))
                .withParameter("resetPotential", Objects.requireNonNull(resetPotential, "resetPotential"))
                .withFiring(CLEARS.withThreshold(threshold.values()));
    }

    /**
     * Returns this model with other options.
     *
     * @param options the threshold and the reset
     * @return the model
     */
    @Override
    public Lif withFiring(ThresholdAndReset options) {
        return new Lif(decay, leak, gain, synapse, rest, resetPotential, options);
    }

    /**
     * Returns this model with another factor of the input.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Lif withGain(double... values) {
        return withParameter("gain", Parameter.of(values));
    }

    /**
     * Returns this model with another share of the synaptic current left after a step; 0 for no synapse.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Lif withSynapse(double... values) {
        return withParameter("synapse", Parameter.of(values));
    }

    /**
     * Returns this model with another potential to which the membrane decays.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Lif withRest(double... values) {
        return withParameter("rest", Parameter.of(values));
    }

    /**
     * Returns this model with another potential after a reset to a value.
     *
     * @param values one value, or one for each neuron, rounded once to float32
     * @return the model
     * @throws IllegalArgumentException if a value is NaN or infinite, or there is none
     */
    public Lif withResetPotential(double... values) {
        return withParameter("resetPotential", Parameter.of(values));
    }

    private boolean isSynaptic() {
        return !synapse.isAlways(0);
    }

    @Override
    public List<String> variables() {
        return isSynaptic() ? TextGroup.SYNAPTIC : TextGroup.MEMBRANE;
    }

    @Override
    public Lif withParameter(String name, Parameter values) {
        return Parameters.with(this, Parameters.one(name, values));
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        LeakyModel model = firing.applyTo(
                        new LeakyModel(shape.size()), variables().size())
                .param("leak", leak.values())
                .decay(decay, "leak")
                .param("gain", gain.values())
                .gains("gain")
                .rest(rest.values())
                .resetPotential(resetPotential.values());
        if (isSynaptic()) {
            model.param("synapse", synapse.values()).synapse("synapse");
        }
        if (decay == Decay.DIVIDE) {
            model.let32("divides", "leak > 0 or leak < 0 ? 1 : 1 / 0"); // is a number where there is a quotient
        }
        return new TextGroup(model.build(arena), variables());
    }
}
