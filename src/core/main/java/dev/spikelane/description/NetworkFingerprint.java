package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Quantization;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Identifies graphs and models: the complete declaration of a network except for the weights of projections. Parts are
 * hashed as numbers and names, and lists start with their length, so that texts for readers may change.
 */
public final class NetworkFingerprint {

    /** A mask of 24 bits; a model file holds no more neurons. */
    private static final long NEURONS = 0xff_ffff;

    private final Fingerprint fingerprint = new Fingerprint();

    private NetworkFingerprint() {}

    /** Returns a hash whose lowest bits are the number of neurons, which distinguishes most networks in a message. */
    public static long of(NetworkDescription network) {
        long neurons = network.populations().stream()
                .mapToLong(PopulationDescription::size)
                .sum();
        return Fingerprint.value(sha256(network)) & ~NEURONS | Math.min(neurons, NEURONS);
    }

    public static byte[] sha256(NetworkDescription network) {
        NetworkFingerprint made = new NetworkFingerprint();
        made.add(network);
        return made.fingerprint.sha256();
    }

    /** Returns the number of neurons in a fingerprint, at most the largest number that it can hold. */
    public static long neurons(long fingerprint) {
        return fingerprint & NEURONS;
    }

    private void add(NetworkDescription network) {
        fingerprint.add(network.inputs().size());
        for (InputDescription input : network.inputs()) {
            fingerprint.add(input.name());
            add(input.shape());
        }
        fingerprint.add(network.populations().size());
        network.populations().forEach(this::add);
        fingerprint.add(network.projections().size());
        for (ProjectionDescription projection : network.projections()) {
            add(projection);
        }
        List<NamedValues> values = network.values();
        fingerprint.add(values.size());
        values.forEach(this::add);
    }

    private void add(Shape shape) {
        fingerprint.add(shape.rank());
        fingerprint.add(shape.channels());
        fingerprint.add(shape.height());
        fingerprint.add(shape.width());
    }

    private void add(PopulationDescription population) {
        fingerprint.add(population.name());
        add(population.shape());
        NeuronOptions.of(population.neuron()).forEach(this::option);
        fingerprint.add(population.neuron().parameters().size());
        population.neuron().parameters().forEach(this::add);
    }

    private void add(String name, Parameter declared) {
        fingerprint.add(name);
        numbers(declared.values());
    }

    private void add(ProjectionDescription projection) {
        fingerprint.add(projection.name());
        switch (projection.source()) {
            case SourceDescription.OfInput input -> {
                fingerprint.add("input");
                fingerprint.add(input.input());
            }
            case SourceDescription.OfSpikes spikes -> {
                fingerprint.add("spikes");
                fingerprint.add(spikes.population());
            }
            case SourceDescription.OfVariable variable -> {
                fingerprint.add(variable.variable());
                fingerprint.add(variable.population());
            }
        }
        fingerprint.add(projection.target());
        fingerprint.add(projection.port());
        fingerprint.add(projection.delay());
        option("plastic", projection.plastic());
        if (projection.plasticity().isRule()) {
            option("rule", projection.plasticity().text());
            projection.plasticity().parameters().forEach(this::option);
        }
        fingerprint.add(projection.path().size());
        projection.path().forEach(this::add);
    }

    private void add(Connection connection) {
        ConnectionKind<Connection> kind = ConnectionKinds.of(connection);
        fingerprint.add(kind.name());
        kind.options(connection).forEach((name, value) -> {
            fingerprint.add(name);
            fingerprint.add(Double.doubleToLongBits(value.doubleValue()));
        });
    }

    private void add(NamedValues values) {
        fingerprint.add(values.name());
        fingerprint.add(values.declared().type().name());
        fingerprint.add(values.declared().shape().size());
        values.declared().shape().forEach(fingerprint::add);
    }

    private void numbers(float... values) {
        fingerprint.add(values.length);
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        fingerprint.add(bytes);
    }

    private void option(String name, Object value) {
        fingerprint.add(name);
        switch (value) {
            case String text -> fingerprint.add(text);
            case Boolean truth -> fingerprint.add(truth ? 1 : 0);
            case Long number -> fingerprint.add(number);
            case Float number -> fingerprint.add(Float.floatToIntBits(number));
            case int[] list -> {
                fingerprint.add(list.length);
                Arrays.stream(list).forEach(fingerprint::add);
            }
            case Connection connection -> add(connection);
            case Quantization quantization -> {
                fingerprint.add(quantization.toString());
                numbers(quantization.levels());
            }
            default -> throw new AssertionError("a model has an option " + value);
        }
    }
}
