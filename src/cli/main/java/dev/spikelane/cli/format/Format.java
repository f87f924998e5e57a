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

/** A format of files that hold a network or tensors. */
public sealed interface Format permits NirFormat, TensorFormat {

    /** Reads a file; fails with one line that starts with the file's name. */
    Content read(Path file) throws IOException;

    /** Writes a file, which appears when it is complete; fails with one line that starts with the file's name. */
    void write(Path file, Content content) throws IOException;

    /** Returns the facts of a content that this format cannot store, so that other programs behave differently. */
    List<String> losses(Content content);

    /**
     * Returns the format of a file to read: by its first bytes, else by its name; if that is wrong, the reader's
     * message explains it.
     */
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

    /** Returns the format by the extension of a name. */
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
