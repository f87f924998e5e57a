package dev.spikelane.cli.format;

import dev.spikelane.io.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Files of tensors: NumPy's archives and arrays, and what {@code torch.save} writes, which is read alone.
 *
 * @param compressed whether archives are written deflated
 */
record TensorFormat(boolean compressed) implements Format {

    @Override
    public List<String> extensions() {
        return List.of(".npz", ".npy", ".pth", ".pt");
    }

    @Override
    public List<String> written() {
        return List.of(".npz");
    }

    @Override
    public boolean recognizes(byte[] first) {
        String start = new String(first, 0, Math.min(first.length, 6), StandardCharsets.ISO_8859_1);
        return start.startsWith("PK") || start.equals("\u0093NUMPY");
    }

    @Override
    public Content read(Path file) throws IOException {
        Tensors tensors = Tensors.read(file);
        return Content.of(file, tensors.format() == Tensors.Format.NUMPY ? "NumPy" : "PyTorch", tensors);
    }

    @Override
    public void write(Path file, Content content) throws IOException {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
            throw new IOException(file + ": is of a format that is read alone, expected a name that ends in .npz or"
                    + " .safetensors, which torch reads with safetensors.torch.load_file");
        }
        Tensors.Format format = compressed ? Tensors.Format.COMPRESSED_NUMPY : Tensors.Format.NUMPY;
        Tensors.of(format, content.tensors()).write(file);
    }

    @Override
    public List<String> losses(Content content) {
        return List.of();
    }
}
