package dev.spikelane.io;

import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The content of a file of tensors, whatever its format. */
public sealed interface TensorFile permits Safetensors, Npz, TorchFile {

    /**
     * Reads a file with at most 512 MiB of memory, in the format that its first bytes tell: safetensors, NumPy's
     * {@code .npz} and {@code .npy} (one tensor, whose name is empty), or PyTorch's {@code .pt} and {@code .pth}.
     *
     * @param file the file
     * @return its content
     * @throws IOException if there is no such file, it cannot be read, is not whole, of another format, or needs more
     *     memory; the message starts with the file's name
     */
    static TensorFile read(Path file) throws IOException {
        return read(file, Inputs.MOST_BYTES);
    }

    /**
     * Reads a file in the format that its first bytes tell.
     *
     * @param file the file
     * @param mostBytes the most memory that the load may take in all: the bytes of the file, and what they become
     * @return its content
     * @throws IOException as {@link #read(Path)} does
     */
    static TensorFile read(Path file, long mostBytes) throws IOException {
        Inputs.requireFile(file);
        if (!Files.isRegularFile(file)) {
            return Safetensors.read(file, mostBytes);
        }
        return FileText.reading(file.toString(), () -> {
            byte[] first;
            try (FileChannel channel = FileChannel.open(file)) {
                first = ForeignFile.first(new byte[0], channel);
            }
            return switch (ForeignFile.of(first)) {
                case PYTORCH_ARCHIVE, PYTORCH_PICKLE, PICKLE -> TorchFile.read(file, mostBytes);
                case ARCHIVE ->
                    file.toString().endsWith(".npz") ? Npz.read(file, mostBytes) : TorchFile.read(file, mostBytes);
                case NUMPY_ARCHIVE, NUMPY, EMPTY_ARCHIVE -> Npz.read(file, mostBytes);
                default -> Safetensors.read(file, mostBytes);
            };
        });
    }

    /**
     * Reads what {@code torch.save} wrote, also from a pipe.
     *
     * @param file the file
     * @param mostBytes the most memory that the load may take in all, as for {@link #read(Path, long)}
     * @return its content
     * @throws IOException as {@link #read(Path)} does
     */
    static TensorFile readTorch(Path file, long mostBytes) throws IOException {
        return TorchFile.read(file, mostBytes);
    }

    /**
     * Reads a stream of a file that {@code torch.save} wrote to its end, for example a resource of a jar, with at most
     * 512 MiB of memory. The stream stays open.
     *
     * @param name what error messages call the stream
     * @param stream the bytes of the file
     * @return its content
     * @throws IOException as {@link #read(Path)} does; the message starts with the name
     */
    static TensorFile readTorch(String name, InputStream stream) throws IOException {
        return TorchFile.read(name, stream);
    }

    /**
     * Returns the tensors.
     *
     * @return tensors in the order of the file
     */
    List<Tensor> tensors();

    /**
     * Returns a tensor.
     *
     * @param name its name
     * @return the tensor
     * @throws IllegalArgumentException if there is none of this name
     */
    default Tensor tensor(String name) {
        return tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no tensor " + JsonValue.quoted(name)
                        + ", expected one of "
                        + FileText.shown(tensors().stream().map(Tensor::name).toList())));
    }

    /**
     * Returns the texts of the file.
     *
     * @return texts by name, not modifiable; none where the format has no texts
     */
    default Map<String, String> metadata() {
        return Map.of();
    }

    /**
     * Returns the oddities of a file that was read, which the format allows: numbers that are not
     * finite, truth values that are neither 0 nor 1, members of an archive that are no arrays.
     *
     * @return a sentence for each such tensor or member, which starts with the file's name
     */
    List<String> warnings();
}
