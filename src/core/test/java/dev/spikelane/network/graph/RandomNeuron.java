package dev.spikelane.network.graph;

import static dev.spikelane.Filled.floats;

import dev.spikelane.Matrices;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.equation.Zoo;
import dev.spikelane.fixture.ResidualNetworks;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.SpikeList;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;

/** Neurons of every model with random options. */
public final class RandomNeuron {

    public static final int MODELS = 18;

    /** The model whose spikes depend on the number of the sample in its batch. */
    public static final int DROPPING = 13;

    /** The model of equations. */
    public static final int EQUATIONS = 16;

    private static final List<String> TEXTS =
            List.of("""
            neuron Adaptive
            param beta = 0.9, rho = 0.95, threshold = 0.5, jump = 0.2
            state v = 0.1, a
            input current
            v = beta * v + current
            a = rho * a
            spike v > threshold + a
            v = v - spike * (threshold + a)
            reset a = a + jump
            """, """
            neuron Exponential
            param beta = 0.9, tau = 5, slope = 0.5, rest = -0.25
            state v = rest, w
            input current
            refractory 2 holds v
            dv/dt = (rest - v + slope * exp((v - 1) / slope)) / tau + beta * current - w : euler
            dw/dt = 0.1 * v - w / 4 : exact
            spike v > 0.3
            reset v = rest
            reset w = w + 0.1
            """, """
            neuron Plain
            param beta = 0.9
            state u
            input current
            u = beta * u + current - (u > 0.5) * 0.5
            spike u > 0.5
            carries 1.5
            """, """
            neuron Late
            param beta = 0.9, delay = 1.5 from 0.25 to 5
            state v
            input current delayed by delay
            v = beta * v + current + 0.01 * delay * abs(current)
            spike v > 0.5
            reset v = 0
            """, Zoo.text("adaptive-threshold"), Zoo.text("delta-lif"), """
            neuron Coupled
            param beta = 0.9, tau = 4, threshold = 0.4
            state v, s, h
            input current
            let own = threshold * (1 + exp(-tau))
            dv/dt = s - v / tau : exact
            ds/dt = h - s / 2 : exact
            dh/dt = -h / 2 : exact
            h = h + beta * tanh(current)
            spike h < 3 and v >= own
            reset v = max(0, v - own) * sigmoid(s)
            """);

    private static final List<String> PORTED = List.of("""
            neuron Conductances
            param beta = 0.9, threshold = 0.4
            state v, ge, gi
            input excitatory, inhibitory
            ge = beta * ge + abs(excitatory)
            gi = 0.8 * gi + abs(inhibitory)
            dv/dt = (ge * (2 - v) + gi * (-1 - v) - v) / 8 : exact
            spike v > threshold
            reset v = 0
            """, """
            param beta = 0.7
            state v, out to 3
            input current, identity
            v = beta * v + current
            spike v > 0.5
            reset v = 0
            out = spike + 2 * abs(identity)
            """, """
            param beta = 0.7
            state u
            input feedback, near, current, apical
            u = beta * u + (current - feedback) + near * sigmoid(apical)
            spike u > 0.5
            reset u = u - 0.5
            carries 0.75
            """, """
            param beta = 0.7, delay = 2 from 0 to 5
            state u, s
            input current delayed by delay, near
            s = beta * s + tanh(current)
            u = 0.5 * u + s * (1 + near)
            spike u > 0.5
            reset u = u - 0.5
            """, Zoo.text("cuba-lif"), Zoo.text("mat2"));

    private static final List<String> NOISY = List.of("""
            param beta = 0.8, share = 0.2
            state v, w
            input current
            noise xi, eta
            v = beta * v + current * (1 + share * xi)
            w = 0.9 * w + share * eta
            spike v > 0.5 + w
            reset v = v - 0.5
            """, """
            param beta = 0.8, sigma = 0.3
            state v
            input current, distal
            noise xi
            uniform chance
            poisson few = sigma to 9
            poisson more = abs(current)
            v = beta * v + current + tanh(distal) + sigma * xi + 0.1 * (few + more - chance)
            spike v > 0.5
            reset v = 0
            """);

    private final Arena arena;
    private final Shape shape;
    private final int neurons;
    private final Random random;

    public RandomNeuron(Arena arena, int neurons, Random random) {
        this(arena, Shape.of(neurons), random);
    }

    /** Neurons of maps may have convolutional feedback. */
    public RandomNeuron(Arena arena, Shape shape, Random random) {
        this.arena = arena;
        this.shape = shape;
        this.neurons = shape.size();
        this.random = random;
    }

    /** Returns the currents for each neuron of a model. */
    public static int gates(int model) {
        return model == 0 ? 4 : 1;
    }

    /**
     * Returns true if a model's neurons can be maps in comparisons, which excludes dropout, because it counts neurons.
     */
    public static boolean arranges(int model) {
        return model != DROPPING;
    }

    /** Returns true if gradients are plain operations on each neuron. */
    public static boolean hasPlainGradients(int model) {
        return model != 0 && model != 12 && model != DROPPING && model != EQUATIONS;
    }

    public Neuron of(int model) {
        return switch (model) {
            case 0 -> new SLstm(allToAll(4 * neurons), firing(Reset.CLEAR).withThreshold(0.1f));
            case 1 -> new HandLif(shares(), Parameter.of(0.5f));
            case 2 -> new Synaptic(shares(), shares(), firing(Reset.NONE));
            case 3 ->
                new Alpha(
                        Parameter.of(0.9f),
                        Parameter.of(0.5f + random.nextFloat() / 4),
                        firing(Reset.CLEAR).withResetTime(Reset.Time.NEXT_STEP));
            case 4 -> Lapicque.of(5, 1.5f, 0.5f).withFiring(firing(Reset.CLEAR));
            case 5 -> new RLeaky(shares(), recurrence(), firing(Reset.SUBTRACT_DECAYED));
            case 6 -> new RSynaptic(shares(), shares(), recurrence(), firing(Reset.CLEAR));
            case 7 -> parallel();
            case 8 -> stateful();
            case 9 -> new DeltaLeaky(shares(), Parameter.of(0.5f));
            case 10 -> Lif.spikingJelly(2).withFiring(firing(Reset.CLEAR).withResetTime(Reset.Time.SAME_STEP));
            case 11 -> Lif.norse(0.01f, 20, 30);
            case 12 -> stateful().withKernelTruncation(1 + random.nextInt(8));
            case DROPPING -> parallel().withDropout(0.3f, random.nextLong());
            case 14 -> Lif.sinabs(2).withFiring(firing(Reset.CLEAR));
            case 15 -> nir();
            case EQUATIONS -> equations();
            default -> new Leaky(shares(), firing(Reset.SUBTRACT), Parameter.of(random.nextInt(3) == 0 ? 1.5f : 1));
        };
    }

    private EquationNeuron equations() {
        return drawn(TEXTS);
    }

    /** A neuron that joins its spikes with spikes at a second port. */
    EquationNeuron joining() {
        ResidualNetworks.Join[] joins = ResidualNetworks.Join.values();
        return joins[random.nextInt(joins.length)]
                .neuron(5)
                .withParameter("beta", shares())
                .with("threshold", random.nextFloat());
    }

    /** A neuron with named ports. */
    EquationNeuron ported() {
        return drawn(PORTED);
    }

    /** Neurons without inputs, which fire in the first steps. */
    SpikeList source(int steps) {
        int count = random.nextInt(steps * neurons);
        return SpikeList.of(
                random.ints(count, 0, steps).toArray(),
                random.ints(count, 0, neurons).toArray());
    }

    /** The first neuron, or one that draws noise, which needs the library's networks. */
    EquationNeuron learning() {
        return random.nextBoolean() ? ported() : drawn(NOISY);
    }

    private EquationNeuron drawn(List<String> texts) {
        String text = texts.get(random.nextInt(texts.size()));
        EquationNeuron made = EquationNeuron.of(text);
        if (!text.contains("beta")) {
            return made.with("dt", 2); // of a literature network, whose currents are small here
        }
        if (text.contains("delayed")) {
            double delay = 5 * random.nextDouble(0.05, 1);
            made = random.nextBoolean() ? made : made.with("delay", random.nextBoolean() ? delay : Math.ceil(delay));
        }
        return shape.rank() > 1 ? made.with("beta", random.nextFloat()) : made.withParameter("beta", shares());
    }

    private Lif nir() {
        return Lif.nir(0.5f, Parameter.of(2), shares(), shares(), shares(), shares());
    }

    private LeakyParallel parallel() {
        return new LeakyParallel(recurrence(), shares(), Parameter.of(1.5f), Parameter.of(1));
    }

    private StateLeaky stateful() {
        return new StateLeaky(
                shares(),
                Parameter.of(1),
                Parameter.of(1.5f),
                random.nextBoolean() ? Quantization.NONE : Quantization.uniform(4, 1, 0, 0.2));
    }

    private ThresholdAndReset firing(Reset other) {
        Reset[] resets = {Reset.SUBTRACT, Reset.ZERO, Reset.NONE, other};
        return ThresholdAndReset.DEFAULT
                .withThreshold(random.nextFloat())
                .withCompare(Compare.values()[random.nextInt(2)])
                .withReset(resets[random.nextInt(resets.length)])
                .withResetTime(Reset.Time.values()[random.nextInt(3)])
                .withInhibition(random.nextInt(4) == 0)
                .withQuantization(
                        random.nextInt(4) == 0 ? Quantization.aroundThreshold(3, 1, 0.1, 0.2) : Quantization.NONE);
    }

    private Parameter shares() {
        float[] values = floats(random.nextBoolean() ? 1 : neurons, i -> random.nextFloat());
        return Parameter.of(values);
    }

    private Recurrence recurrence() {
        return switch (random.nextInt(6)) {
            case 0 -> Recurrence.none();
            case 3 -> Recurrence.by(OneToOne.scale(random.nextFloat() - 0.25f));
            case 1, 2 -> Recurrence.by(new OneToOne(shares()));
            case 4 -> shape.rank() > 1 ? convolution() : allToAll(neurons);
            default -> allToAll(neurons);
        };
    }

    private Recurrence convolution() {
        return Recurrence.by(new RandomConvolution(arena, random).keeping(shape, shape.channels()));
    }

    private Recurrence allToAll(int outputs) {
        FloatMatrix weights = Matrices.uniform(arena, outputs, neurons, random);
        return random.nextInt(4) == 0
                ? Recurrence.allToAll(weights)
                : Recurrence.allToAll(weights, Matrices.uniform(arena, 1, outputs, random));
    }
}
