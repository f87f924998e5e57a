package dev.spikelane.cli.format;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.model.Model;
import dev.spikelane.model.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of a file.
 *
 * @param model null without a network
 * @param state null for a network
 * @param notices sentences for the user: odd values, changes of dynamics
 */
public record Content(
        Path file,
        String format,
        @Nullable Model model,
        @Nullable StateDict state,
        List<String> notices) {

    static Content of(Path file, String format, Model model, List<String> notices) {
        return new Content(file, format, model, null, notices);
    }

    static Content of(Path file, String format, Tensors tensors) {
        return new Content(file, format, null, StateDict.of(file.toString(), tensors), tensors.warnings());
    }

    /** Returns the network; throws if the file has none and its tensors do not define one. */
    public Model requireModel() throws IOException {
        if (model != null) {
            return model;
        }
        if (state == null) {
            throw new IOException(file + ": holds no network, expected one");
        }
        return Model.of(state.network());
    }

    /** Returns the tensors; for a network, its state_dict. */
    List<Tensor> tensors() throws IOException {
        return (state != null ? state : StateDict.of(requireModel().network())).tensors();
    }

    Map<String, String> metadata() {
        if (model != null) {
            return model.notes();
        }
        return state == null ? Map.of() : state.metadata();
    }
}
