package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fingerprints of graphs and models. */
final class FingerprintTest {

    private static final Shape ROW = Shape.of(4);
    private static final Leaky LEAKY = new Leaky(0.5f);

    private final Map<Long, String> seen = new HashMap<>();

    private static Network network(Neuron neuron, Connection... path) {
        return network("p", ROW, neuron, 0, path);
    }

    private static Network network(String name, Shape shape, Neuron neuron, int delay, Connection... path) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", shape);
        builder.project("in", x, builder.population(name, shape, neuron), path).delay(delay);
        return builder.build();
    }

    private void add(String what, Network network) {
        assertNull(seen.put(network.fingerprint(), what), what + " is another one");
    }

    private static Dense dense(int seed) {
        return Dense.linear(4, 4, new TorchRandom(seed));
    }

    /** A constant, because states of other builds of a version must stay readable. */
    @Test
    void staysWhatItIs() {
        assertEquals(
                "3c1f48f3f000004", Long.toHexString(network(LEAKY, dense(1)).fingerprint()));
    }

    @Test
    void eachThingThatIsDeclaredTells() {
        add("identity", network(LEAKY));
        add("maps", network("p", Shape.of(2, 2, 1), LEAKY, 0));
        add("maps of one row", network("p", Shape.of(2, 1, 2), LEAKY, 0));
        add("name", network("q", ROW, LEAKY, 0));
        add("delay", network("p", ROW, LEAKY, 1));
        add("dense", network(LEAKY, dense(1)));
        add("recurrent", network(LEAKY, new Recurrent(dense(1).weights(), dense(1).bias())));
        add("INT8", network(LEAKY, dense(1).nearest(ElementType.INT8)));
        add("INT16", network(LEAKY, dense(1).nearest(ElementType.INT16)));
        add("one to one", network(LEAKY, new OneToOne(1)));
        add("two", network(LEAKY, new OneToOne(1), new OneToOne(1)));
        add("scale", network(LEAKY, OneToOne.scale(2)));
        add("scale by another", network(LEAKY, OneToOne.scale(3)));
        add("flatten", network(LEAKY, new Flatten()));
        add("plastic", plastic());
        add("beta", network(new Leaky(0.25f)));
        add("betas", network(new Leaky(0.5, 0.5, 0.5, 0.5)));
        add("model", network(Lif.snnTorch(0.5)));
        add("window", network(new StateLeaky(0.5f)));
        add("shorter window", network(new StateLeaky(0.5f).withKernelTruncation(3)));
        ThresholdAndReset firing = LEAKY.firing();
        add("compare", network(LEAKY.withFiring(firing.withCompare(Compare.INCLUSIVE))));
        add("reset", network(LEAKY.withFiring(firing.withReset(Reset.NONE))));
        add("reset time", network(LEAKY.withFiring(firing.withResetTime(Reset.Time.SAME_STEP))));
        add("inhibition", network(LEAKY.withFiring(firing.withInhibition(true))));
        add("levels", network(LEAKY.withFiring(firing.withQuantization(Quantization.named("q", 0, 1)))));
        add("other levels", network(LEAKY.withFiring(firing.withQuantization(Quantization.named("q", 0, 2)))));
    }

    private static Network plastic() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", ROW);
        builder.project("in", x, builder.population("p", ROW, LEAKY)).plastic();
        return builder.build();
    }

    @Test
    void weightsDoNotTell() {
        Network network = network(LEAKY, dense(1));
        long before = network.fingerprint();
        assertEquals(before, network(LEAKY, dense(2)).fingerprint());
        network.weights().replace("p.beta", FloatMatrix.vector(0.75f));
        assertEquals(before, network.fingerprint());
    }
}
