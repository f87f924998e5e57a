package dev.spikelane.cli.format;

import dev.spikelane.io.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A format of files with a network or tensors. */
public sealed interface Format permits NirFormat, TensorFormat {

    /** Reads a file; errors are one line that starts with the file's name. */
    Content read(Path file) throws IOException;

    /** Writes a file atomically; errors are one line that starts with the file's name. */
    void write(Path file, Content content) throws IOException;

    /** Returns the facts that this format cannot store, which change the behavior of other programs. */
    List<String> losses(Content content);

    /** Returns the format by the first bytes, or else by the name; if that is wrong, the reader's error explains it. */
    static Format of(Path file) throws IOException {
        byte[] first = {};
        if (Files.isRegularFile(file) && Files.isReadable(file)) {
            try (InputStream stream = Files.newInputStream(file)) {
                first = stream.readNBytes(NirFormat.SIGNATURE.length() / 2);
            }
        }
        boolean graph = HexFormat.of().formatHex(first).equals(NirFormat.SIGNATURE);
        return graph ? NirFormat.DEFAULT : ofName(file).orElse(new TensorFormat(Tensors.Format.SAFETENSORS));
    }

    static Optional<Format> ofName(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return switch (name.substring(Math.max(0, name.lastIndexOf('.')))) {
            case ".nir" -> Optional.of(NirFormat.DEFAULT);
            case ".safetensors" -> Optional.of(new TensorFormat(Tensors.Format.SAFETENSORS));
            case ".npz" -> Optional.of(new TensorFormat(Tensors.Format.NUMPY));
            case ".npy", ".pth", ".pt" -> Optional.of(new TensorFormat(Tensors.Format.PYTORCH));
            default -> Optional.empty();
        };
    }
}
