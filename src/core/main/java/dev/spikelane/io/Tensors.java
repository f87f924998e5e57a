package dev.spikelane.io;

import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The content of a file: tensors by name, and texts by name if the format has them.
 *
 * <p>Readers are strict. They execute nothing, write nothing, and use no name as a path.
 * <ul>
 * <li>Safetensors: items of F64, F32, F16, BF16, whole numbers of 8 to 64 bits, signed or not, and BOOL; floats of 8
 * bits are refused by name. The header is at most 16 MiB of JSON without repeated names or unknown fields. Tensors have
 * at most 8 dimensions and fill the data without holes or overlaps, in any order. Files are written in the order of the
 * Python library: widest items first, then by name.
 * <li>NumPy: floats of 16 to 64 bits, whole numbers of 8 to 64 bits and truth values, in either byte order, in C or
 * Fortran order, which become little-endian in C order. A single text is in the {@linkplain #metadata metadata}.
 * Pickled objects and other members cause a {@linkplain #warnings warning}; an archive without arrays is refused. An
 * archive has at most 65,536 members, stored or deflated, each once. Directory, members, sizes and checksums must
 * agree, and members must not overlap. All deflated members are unpacked once for this check before memory is allocated
 * for their content. Beyond 64 MiB, an archive may not unpack to more than 100 times its size.
 * <li>PyTorch: a {@code state_dict}, or nested dictionaries, whose names are joined by dots. The pickle may have 30
 * opcodes, for tensors, parameters, dictionaries, lists, numbers and texts; any other class or function of Python is
 * refused by name. All tensors of a checkpoint are read, including the optimizer's ({@code optimizer.state.0.exp_avg});
 * a {@linkplain #warnings warning} lists other content, such as an epoch. Files from before PyTorch 1.6, whole models
 * and TorchScript are refused. Tensors are converted to C order; some may share memory.
 * </ul>
 */
public final class Tensors {

    /** A format of files of tensors. */
    public enum Format {
        /** Hugging Face's {@code .safetensors}. */
        SAFETENSORS,
        /** NumPy's {@code .npz}; also {@code .npy}, which is only read, as one tensor with an empty name. */
        NUMPY,
        /** A deflated {@code .npz}, as {@code numpy.savez_compressed} writes it. */
        COMPRESSED_NUMPY,
        /** PyTorch's {@code .pt} and {@code .pth} of {@code torch.save}; only read. */
        PYTORCH
    }

    private final Format format;
    private final Map<String, String> metadata;
    private final List<Tensor> tensors;
    private final List<String> warnings;

    Tensors(Format format, Map<String, String> metadata, List<Tensor> tensors, List<String> warnings) {
        this.format = format;
        this.metadata = metadata;
        this.tensors = List.copyOf(tensors);
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Collects the content of a file of safetensors.
     *
     * @param metadata texts by name
     * @param tensors tensors of different names
     * @return the content, tensors in the order of the file
     * @throws IllegalArgumentException if names repeat, a tensor is named {@code __metadata__}, or a text has an
     *     unpaired surrogate
     */
    public static Tensors of(Map<String, String> metadata, List<Tensor> tensors) {
        requireNames(tensors);
        Safetensors.requireStored(metadata, tensors);
        return new Tensors(
                Format.SAFETENSORS,
                Collections.unmodifiableMap(new LinkedHashMap<>(metadata)),
                tensors.stream().sorted(Safetensors.order()).toList(),
                List.of());
    }

    /**
     * Collects the content of a file without texts.
     *
     * @param format its format
     * @param tensors tensors of different names
     * @return the content, tensors in the order of the file
     * @throws IllegalArgumentException if the format is only read, names repeat, or the format lacks a name or item
     *     type (NumPy has no BF16)
     */
    public static Tensors of(Format format, List<Tensor> tensors) {
        return switch (format) {
            case SAFETENSORS -> of(Map.of(), tensors);
            case NUMPY, COMPRESSED_NUMPY -> {
                requireNames(tensors);
                tensors.forEach(NpzWriter::requireStored);
                yield new Tensors(format, Map.of(), tensors, List.of());
            }
            case PYTORCH ->
                throw new IllegalArgumentException(
                        "format is PYTORCH, which is read alone, expected SAFETENSORS, NUMPY or COMPRESSED_NUMPY");
        };
    }

    private static void requireNames(List<Tensor> tensors) {
        Set<String> names = new HashSet<>();
        for (Tensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException(
                        tensor + " has a name that is used already, expected another name for each tensor");
            }
        }
    }

    /**
     * Reads a file, a pipe or a device of the format that its first bytes tell, with at most 512 MiB of
     * garbage-collected memory.
     *
     * @param file the file
     * @return its content
     * @throws IOException if the file cannot be read, is not whole, has another format, or needs more memory; the
     *     message starts with the file's name
     */
    public static Tensors read(Path file) throws IOException {
        return read(file, Inputs.MOST_BYTES);
    }

    /**
     * Reads a file as {@link #read(Path)} does, with another limit.
     *
     * @param file the file
     * @param mostBytes the limit of the load: the bytes of the file, and of unpacked or reordered tensors
     * @return its content
     * @throws IOException as {@link #read(Path)} does
     */
    public static Tensors read(Path file, long mostBytes) throws IOException {
        return FileBytes.load(file, mostBytes, Tensors::ofAnyFormat);
    }

    /**
     * Reads a file of one format with at most 512 MiB of memory. The error for a file of another format names that
     * format.
     *
     * @param file the file
     * @param format the format; {@code NUMPY} and {@code COMPRESSED_NUMPY} are equal here
     * @return its content
     * @throws IOException as {@link #read(Path)} does
     */
    public static Tensors read(Path file, Format format) throws IOException {
        return read(file, format, Inputs.MOST_BYTES);
    }

    /**
     * Reads a file of one format.
     *
     * @param file the file
     * @param format the format, as for {@link #read(Path, Format)}
     * @param mostBytes the limit of the load, as for {@link #read(Path, long)}
     * @return its content
     * @throws IOException as {@link #read(Path)} does
     */
    public static Tensors read(Path file, Format format, long mostBytes) throws IOException {
        Objects.requireNonNull(format, "format");
        return FileBytes.load(file, mostBytes, (name, first) -> of(format, name, first));
    }

    /**
     * Reads a stream to its end, for example a resource of a jar, as {@link #read(Path)} does. The stream stays open.
     *
     * @param name the name of the stream in error messages
     * @param stream the bytes of a file
     * @return its content
     * @throws IOException as {@link #read(Path)} does; the message starts with the name
     */
    public static Tensors read(String name, InputStream stream) throws IOException {
        return FileBytes.load(name, stream, Tensors::ofAnyFormat);
    }

    /**
     * Reads a stream to its end, as {@link #read(Path, Format)} does. The stream stays open.
     *
     * @param name the name of the stream in error messages
     * @param stream the bytes of a file
     * @param format the format
     * @return its content
     * @throws IOException as {@link #read(Path)} does; the message starts with the name
     */
    public static Tensors read(String name, InputStream stream, Format format) throws IOException {
        Objects.requireNonNull(format, "format");
        return FileBytes.load(name, stream, (file, first) -> of(format, file, first));
    }

    private static FileBytes.Whole ofAnyFormat(String name, byte[] first) throws IOException {
        Format format = switch (ForeignFile.of(first)) {
            case PYTORCH_ARCHIVE, PYTORCH_PICKLE, PICKLE -> Format.PYTORCH;
            case ARCHIVE -> name.endsWith(".npz") ? Format.NUMPY : Format.PYTORCH;
            case NUMPY_ARCHIVE, NUMPY, EMPTY_ARCHIVE -> Format.NUMPY;
            default -> Format.SAFETENSORS;
        };
        return of(format, name, first);
    }

    private static FileBytes.Whole of(Format format, String name, byte[] first) throws IOException {
        return switch (format) {
            case SAFETENSORS -> {
                Safetensors.headerBytes(name, first);
                yield Safetensors::read;
            }
            case NUMPY, COMPRESSED_NUMPY -> {
                Npz.requireFormat(name, first);
                yield Npz::read;
            }
            case PYTORCH -> {
                TorchFile.requireFormat(name, first);
                yield TorchFile::read;
            }
        };
    }

    /**
     * Writes a file. A complete file replaces an older one; a pipe or a device is written in place.
     *
     * @param file the target
     * @throws IllegalArgumentException if the header of safetensors would have more than 16 MiB
     * @throws IllegalStateException if the content was read from a file of PyTorch; {@link #of} converts it to another
     *     format
     * @throws IOException if the file cannot be written, or a {@code .npz} would have 4 GiB or more; an older file
     *     stays
     */
    public void write(Path file) throws IOException {
        switch (format) {
            case SAFETENSORS -> Safetensors.write(file, this);
            case NUMPY, COMPRESSED_NUMPY -> NpzWriter.write(file, tensors, format == Format.COMPRESSED_NUMPY);
            case PYTORCH ->
                throw new IllegalStateException(
                        "content is of PyTorch's format, which is read alone, expected that of Tensors.of");
        }
    }

    /**
     * Returns the bytes of a file of safetensors.
     *
     * @return the bytes that {@link #write} writes
     * @throws IllegalArgumentException if the header would have more than 16 MiB, or an array cannot hold all bytes
     * @throws IllegalStateException if the content is of another format
     */
    public byte[] toBytes() {
        if (format != Format.SAFETENSORS) {
            throw new IllegalStateException("content is of the format " + format + ", expected SAFETENSORS");
        }
        return Safetensors.bytes(this);
    }

    /**
     * Returns the format of the file.
     *
     * @return the format that was read or is to be written
     */
    public Format format() {
        return format;
    }

    /**
     * Returns the tensors.
     *
     * @return tensors in the order of the file
     */
    public List<Tensor> tensors() {
        return tensors;
    }

    /**
     * Returns a tensor.
     *
     * @param name its name
     * @return the tensor
     * @throws IllegalArgumentException if there is no such tensor
     */
    public Tensor tensor(String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no tensor " + JsonValue.quoted(name)
                        + ", expected one of "
                        + FileText.shown(tensors.stream().map(Tensor::name).toList())));
    }

    /**
     * Returns the texts of the file.
     *
     * @return unmodifiable texts by name; empty if the format has no texts
     */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * Returns warnings about the file that was read: numbers that are not finite, truth values that are neither 0 nor
     * 1, and members of an archive that are no arrays.
     *
     * @return sentences that start with the file's name
     */
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public String toString() {
        return format + " " + tensors;
    }
}
