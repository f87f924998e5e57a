package dev.spikelane.session;

import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.simd.RowBytes;
import dev.spikelane.simd.Rows;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The state of a session of a {@link SessionPool}, and the inputs and output spikes of its next steps. A replay on any
 * machine gives the recorded spikes. {@link SessionPool#recording} creates a recording.
 *
 * <p>The file format is safetensors, with the tensors {@code state}, {@code spikes}, and {@code input.NAME} for each
 * input. Rows of spikes are packed, eight to a byte, the lowest bit first; the metadata hold the number of columns.
 */
public final class Recording {

    private static final String SESSION = "session";
    private static final String STATE = "state";
    private static final String SPIKES = "spikes";
    private static final String INPUT = "input.";
    private static final int NUMBERS = 5;

    private final long fingerprint;
    private final EarlyExit rule;
    private final long key;
    private final MemorySegment state;
    private final Map<String, Signal> inputs;
    private final SpikeMatrix spikes;

    Recording(
            long fingerprint,
            EarlyExit rule,
            long key,
            MemorySegment state,
            Map<String, Signal> inputs,
            SpikeMatrix spikes) {
        this.fingerprint = fingerprint;
        this.rule = rule;
        this.key = key;
        this.state = state;
        this.inputs = inputs;
        this.spikes = spikes;
    }

    EarlyExit rule() {
        return rule;
    }

    /** Returns the packed state; no bytes for a new session. */
    MemorySegment state() {
        return state;
    }

    Map<String, Signal> inputs() {
        return inputs;
    }

    /**
     * Returns the session's number in receipts.
     *
     * @return the number of the key; for a name, the first 8 bytes of the SHA-256 of its UTF-16 text, little endian,
     *     without the sign bit
     */
    public long key() {
        return key;
    }

    /**
     * Returns the spikes of the outputs.
     *
     * @return {@code [steps x outputs]}
     */
    public SpikeMatrix spikes() {
        return spikes;
    }

    /**
     * Writes this recording.
     *
     * @param file the file, which appears only when it is complete
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        Map<String, String> declared = new LinkedHashMap<>();
        declared.put(
                SESSION, fingerprint + " " + key + " " + rule.steps() + " " + rule.margin() + " " + rule.classes());
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(Tensor.of(STATE, Tensor.Type.U8, List.of((int) state.byteSize()), state));
        tensors.add(tensor(SPIKES, spikes, declared));
        inputs.forEach((name, rows) -> tensors.add(tensor(INPUT + name, rows, declared)));
        Tensors.of(declared, tensors).write(file);
    }

    private static Tensor tensor(String name, Signal rows, Map<String, String> declared) {
        int bytes = RowBytes.least(rows);
        MemorySegment packed = MemorySegment.ofArray(new byte[Math.multiplyExact(rows.rows(), bytes)]);
        for (int row = 0; row < rows.rows(); row++) {
            Rows.pack(rows, row, packed, (long) row * bytes, false);
        }
        declared.put(name, String.valueOf(rows.columns()));
        return rows instanceof FloatMatrix
                ? Tensor.of(name, Tensor.Type.F32, List.of(rows.rows(), rows.columns()), packed)
                : Tensor.of(name, Tensor.Type.U8, List.of(rows.rows(), bytes), packed);
    }

    /**
     * Reads a recording.
     *
     * @param file a file that {@link #write} wrote
     * @return the recording
     * @throws IOException if it cannot be read, is no recording, or is damaged; the message names the place
     */
    public static Recording read(Path file) throws IOException {
        Tensors found = Tensors.read(file, Tensors.Format.SAFETENSORS);
        try {
            String[] declared = found.metadata().getOrDefault(SESSION, "").split(" ", -1);
            if (declared.length != NUMBERS) {
                throw new IllegalArgumentException("has no text '" + SESSION + "' of " + NUMBERS + " numbers");
            }
            Map<String, Signal> inputs = new HashMap<>();
            for (Tensor each : found.tensors()) {
                if (each.name().startsWith(INPUT)) {
                    inputs.put(each.name().substring(INPUT.length()), rows(each, found.metadata()));
                }
            }
            return new Recording(
                    Long.parseLong(declared[0]),
                    new EarlyExit(
                            Integer.parseInt(declared[2]),
                            Integer.parseInt(declared[3]),
                            Integer.parseInt(declared[4])),
                    Long.parseLong(declared[1]),
                    found.tensor(STATE).bytes(),
                    inputs,
                    (SpikeMatrix) rows(found.tensor(SPIKES), found.metadata()));
        } catch (IllegalArgumentException | ClassCastException refused) {
            throw new IOException(file + ": " + refused.getMessage() + ", expected a recording", refused);
        }
    }

    private static Signal rows(Tensor packed, Map<String, String> declared) {
        int columns = Integer.parseInt(declared.getOrDefault(packed.name(), ""));
        boolean spikes = packed.type() == Tensor.Type.U8;
        if (columns < 1
                || packed.shape().size() != 2
                || packed.shape().get(1) != (spikes ? Math.ceilDiv(columns, Byte.SIZE) : columns)
                || !spikes && packed.type() != Tensor.Type.F32) {
            throw new IllegalArgumentException(packed + " does not have rows of " + columns + " columns");
        }
        int count = packed.shape().get(0);
        Signal rows = spikes ? SpikeMatrix.zeros(count, columns) : FloatMatrix.zeros(count, columns);
        long next = 0;
        for (int row = 0; row < count; row++) {
            next = Rows.pack(rows, row, packed.bytes(), next, true);
        }
        return rows;
    }

    /**
     * Replays the recorded inputs from the recorded state, and compares the spikes of the outputs.
     *
     * @param network the network of the session
     * @return a description of the first spike that differs; empty if all are equal
     * @throws IllegalArgumentException if the network's graph differs from the session's graph
     */
    public Optional<String> replay(Network network) {
        requireGraph(network);
        try (Replay replay = new Replay(this, network)) {
            replay.to(Long.MAX_VALUE);
            return Optional.ofNullable(replay.differs());
        }
    }

    void requireGraph(Network network) {
        long found = NetworkFingerprint.of(network.laidOut().description());
        if (found != fingerprint) {
            throw new IllegalArgumentException("recording is of a network with fingerprint "
                    + Long.toHexString(fingerprint) + ", expected " + Long.toHexString(found));
        }
    }

    /**
     * A neuron after a step.
     *
     * @param fired true if it fired in this step
     * @param membrane its membrane
     */
    public record Seen(boolean fired, float membrane) {}

    /**
     * The first step in which two replays differ.
     *
     * @param step the number of the step of the session, from 1
     * @param population the first population that differs
     * @param neuron its first neuron that differs
     * @param one the neuron in the first replay
     * @param other the neuron in the second replay
     */
    public record Difference(long step, String population, int neuron, Seen one, Seen other) {}

    /**
     * Replays this recording and another one, or this one by two networks, and compares all spikes and membranes bit by
     * bit.
     *
     * @param network replays this recording
     * @param other a recording with the inputs of this one, or this recording itself
     * @param otherNetwork replays the other recording; a network with equal populations, whose weights, types of
     *     weights and parameters may differ
     * @return the first difference; empty if all steps of the shorter recording are equal
     * @throws IllegalArgumentException if the networks differ in populations or inputs, or do not match the recordings
     */
    public Optional<Difference> diff(Network network, Recording other, Network otherNetwork) {
        Objects.requireNonNull(other, "other");
        Objects.requireNonNull(otherNetwork, "otherNetwork");
        try (Replay one = new Replay(this, network);
                Replay two = new Replay(other, otherNetwork)) {
            return one.compare(two, Math.min(spikes.rows(), other.spikes.rows()));
        }
    }

    /**
     * Computes the receipts of recorded sessions again, and compares them with the given ones.
     *
     * @param receipts the bytes of {@link SessionPool#receipt}, concatenated
     * @param network the network that the receipts claim
     * @param recordings one for each session, which begins and ends together with a receipt. If a session was removed
     *     and began again, one for each time, in order
     * @return a reason for each receipt that differs and for steps without a receipt; empty if all receipts are proven
     * @throws IllegalArgumentException if a recording is of another graph
     */
    public static List<String> verify(byte[] receipts, Network network, List<Recording> recordings) {
        Objects.requireNonNull(network, "network");
        return new Verification(network, Objects.requireNonNull(receipts, "receipts")).verify(recordings);
    }

    @Override
    public String toString() {
        return "Recording of session " + key + ", " + spikes.rows() + " steps";
    }
}
