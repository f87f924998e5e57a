package dev.spikelane.model;

import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.FileText;
import dev.spikelane.network.Network;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Writes and reads networks: graph, shapes, models with all options, delays, ports, weights and parameters, bit for
 * bit. A network that was read computes the bits of the original, and accepts its snapshots.
 *
 * <p>A file is a safetensors file of float32 tensors; counts are {@code I64}. Tensors have the names of
 * {@link dev.spikelane.network.Weights}, with snnTorch's spelling for parameters of neurons ({@code
 * lif1.graded_spikes_factor}). A parameter with one value for all neurons has the shape {@code []}, other parameters
 * and biases {@code [n]}, weights {@code [outputs, inputs]}. The text {@code spikelane} of the metadata describes the
 * network.
 *
 * <p>Weights may also have the types {@code F16} and {@code BF16}, or {@code I8} and {@code I16} with one scale, or one
 * for each row, in the tensor with the suffix {@code _scale}. A weight is {@code scale * item}, rounded once to
 * float32. {@link #write8Bit} writes such tensors, and {@link #write} does so for
 * {@link dev.spikelane.connection.Dense.Integers}. Weights of 4 and 2 bits are packed into rows of {@code U8}, with
 * their shape in the description.
 *
 * <p>{@link dev.spikelane.connection.Dense.ByOpenBlas} is refused, because a file must not load a shared library. A
 * file has at most 2^24 inputs and neurons, and delays of a million steps, so that a small file cannot require much
 * memory.
 */
public final class ModelFile {

    /** Limits a pipe, whose length is unknown. */
    private static final long MOST_STREAMED = 1L << 29;

    private ModelFile() {}

    /**
     * Writes a network. A complete file replaces an older one.
     *
     * @param file the path
     * @param network the network with its current values
     * @throws IllegalArgumentException if the format cannot hold a part of the network, or a value is NaN or infinite;
     *     the message names it
     * @throws IOException if the file cannot be written; an older file stays
     */
    public static void write(Path file, Network network) throws IOException {
        write(file, network, Map.of());
    }

    /**
     * Writes a network with its notes, for {@link #readModel(Path)}.
     *
     * @param file the path
     * @param model the network with its current values, and its notes
     * @throws IllegalArgumentException as {@link #write(Path, Network)} does, or if a note has the name {@code format}
     *     or {@code spikelane}
     * @throws IOException if the file cannot be written; an older file stays
     */
    public static void write(Path file, Model model) throws IOException {
        Objects.requireNonNull(model, "model");
        write(file, model.network(), model.notes());
    }

    /**
     * Writes a network with notes; {@link Model} lists the names with a meaning.
     *
     * @param file the path
     * @param network the network with its current values
     * @param notes texts by name, for the metadata; sorted by name if the map has no order
     * @throws IllegalArgumentException as {@link #write(Path, Model)} does
     * @throws IOException if the file cannot be written; an older file stays
     */
    public static void write(Path file, Network network, Map<String, String> notes) throws IOException {
        write(file, network, notes, false);
    }

    private static void write(Path file, Network network, Map<String, String> notes, boolean eightBits)
            throws IOException {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(notes, "notes");
        new ModelWriter(network, true).content(eightBits, notes).write(file);
    }

    /**
     * Returns the bytes that {@link #write(Path, Model)} writes, for {@link #modelOf}.
     *
     * @param model the network with its current values, and its notes
     * @return the bytes of a model file
     * @throws IllegalArgumentException as {@link #write(Path, Model)} does, or if the file is too long for an array
     */
    public static byte[] toBytes(Model model) {
        return new ModelWriter(model.network(), true)
                .content(false, model.notes())
                .toBytes();
    }

    /**
     * Returns the bytes that {@link #write(Path, Network)} writes, for {@link #of}.
     *
     * @param network the network with its current values
     * @return the bytes of a model file
     * @throws IllegalArgumentException as {@link #write(Path, Network)} does, or if the file is too long for an array
     */
    public static byte[] toBytes(Network network) {
        return toBytes(Model.of(network));
    }

    /**
     * Writes a network with weights of 8 bits: the weights of dense and recurrent connections are rounded to 255 levels
     * for each output, from {@code -127 * scale} to {@code 127 * scale} with the largest weight at one end. Biases and
     * parameters keep their bits.
     *
     * @param file the path
     * @param network the network, which does not change
     * @throws IllegalArgumentException as {@link #write(Path, Network)} does
     * @throws IOException if the file cannot be written; an older file stays
     */
    public static void write8Bit(Path file, Network network) throws IOException {
        write8Bit(file, network, Map.of());
    }

    /**
     * Writes weights of 8 bits, as {@link #write8Bit(Path, Network)} does, with notes.
     *
     * @param file the path
     * @param network the network, which does not change
     * @param notes as for {@link #write(Path, Network, Map)}
     * @throws IllegalArgumentException as {@link #write(Path, Model)} does
     * @throws IOException if the file cannot be written; an older file stays
     */
    public static void write8Bit(Path file, Network network, Map<String, String> notes) throws IOException {
        write(file, network, notes, true);
    }

    /**
     * Reads a network with its notes.
     *
     * @param file a model file
     * @return the network and its notes
     * @throws IOException as {@link #read(Path)} does, or if a note with a meaning has an invalid text
     */
    public static Model readModel(Path file) throws IOException {
        return model(file.toString(), content(file), false);
    }

    /**
     * Reads a network with its notes from a stream to its end. The stream stays open.
     *
     * @param name the name of the stream in error messages
     * @param stream the bytes of a model file
     * @return the network and its notes
     * @throws IOException as {@link #readModel(Path)} does
     */
    public static Model readModel(String name, InputStream stream) throws IOException {
        return model(name, Tensors.read(name, stream, Tensors.Format.SAFETENSORS), false);
    }

    /**
     * Reads a network with its notes from bytes.
     *
     * @param bytes the result of {@link #toBytes(Model)}, or the content of a model file
     * @return the network and its notes
     * @throws IllegalArgumentException if they are not a complete model file; the message gives the reason
     */
    public static Model modelOf(byte[] bytes) {
        return FileText.given(() -> readModel("model of " + bytes.length + " bytes", new ByteArrayInputStream(bytes)));
    }

    /**
     * Reads a network into garbage-collected memory.
     *
     * @param file a model file
     * @return the network
     * @throws IOException if the file cannot be read, is not a complete safetensors file, or does not have exactly the
     *     values of the network that it describes; the message starts with the file's name
     */
    public static Network read(Path file) throws IOException {
        return read(file.toString(), content(file), false);
    }

    /**
     * Reads a network from a stream to its end, for example a resource of a jar. The stream stays open.
     *
     * @param name the name of the stream in error messages
     * @param stream the bytes of a model file
     * @return the network
     * @throws IOException as {@link #read(Path)} does; the message starts with the name
     */
    public static Network read(String name, InputStream stream) throws IOException {
        return read(name, Tensors.read(name, stream, Tensors.Format.SAFETENSORS), false);
    }

    /**
     * Reads a network from bytes.
     *
     * @param bytes the result of {@link #toBytes}, or the content of a model file
     * @return the network
     * @throws IllegalArgumentException if they are not a complete model file; the message gives the reason
     */
    public static Network of(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        return FileText.given(() -> read("network of " + bytes.length + " bytes", new ByteArrayInputStream(bytes)));
    }

    /**
     * Reads a network whose dense connections keep the integers of the file, as
     * {@link dev.spikelane.connection.Dense.Integers}; {@link #read} converts them to floats.
     *
     * @param file a model file
     * @return the network
     * @throws IOException as {@link #read} does
     */
    public static Network readIntegers(Path file) throws IOException {
        return read(file.toString(), content(file), true);
    }

    /** The limit is the size of the file, because its bytes exist already. */
    private static Tensors content(Path file) throws IOException {
        long bytes = Files.isRegularFile(Objects.requireNonNull(file, "file")) ? Files.size(file) : 0;
        return Tensors.read(file, Tensors.Format.SAFETENSORS, Math.max(MOST_STREAMED, bytes));
    }

    private static Network read(String name, Tensors content, boolean integers) throws IOException {
        return FileText.reading(name, () -> new ModelReader(name, content, integers).network());
    }

    private static Model model(String name, Tensors content, boolean integers) throws IOException {
        Network network = read(name, content, integers);
        Map<String, String> notes = new LinkedHashMap<>(content.metadata());
        notes.keySet().removeAll(ModelFormat.OWN_NOTES);
        return FileText.reading(name, () -> FileText.made(name + ": ", () -> new Model(network, notes)));
    }
}
