package dev.spikelane.cli.format;

import dev.spikelane.io.Tensor;
import dev.spikelane.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a file holds.
 *
 * @param file where it was read
 * @param format the name of its format
 * @param model the network with its notes, if it holds one
 * @param tensors its tensors; of a network those that a model file would have are made when they are asked for
 * @param metadata texts by name
 * @param notices sentences on what a user should know: odd values, what would change dynamics
 */
public record Content(
        Path file,
        String format,
        @Nullable Model model,
        List<Tensor> tensors,
        Map<String, String> metadata,
        List<String> notices) {

    /** A file with a network. */
    static Content of(Path file, String format, Model model, List<String> notices) {
        return new Content(file, format, model, List.of(), model.notes(), notices);
    }

    /** A file with tensors alone. */
    static Content of(
            Path file, String format, List<Tensor> tensors, Map<String, String> metadata, List<String> notices) {
        return new Content(file, format, null, tensors, metadata, notices);
    }

    /** The network; throws if the file holds none. */
    public Model requireModel() throws IOException {
        if (model == null) {
            throw new IOException(file + ": holds tensors, but does not say how they are connected; expected a model"
                    + " file, or read it onto a network with StateDict");
        }
        return model;
    }

    /** The same with more to say. */
    Content withNotice(String notice) {
        List<String> more = new ArrayList<>(notices);
        more.add(notice);
        return new Content(file, format, model, tensors, metadata, List.copyOf(more));
    }
}
