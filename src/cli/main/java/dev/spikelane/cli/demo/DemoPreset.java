package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.EmbeddedModel;
import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.model.Model;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;

/** A network of the demo, and the encoding of its images. */
enum DemoPreset {
    TUTORIAL3(EmbeddedModel.DENSE, "784 -> 1000 -> 10, rate-coded", "rate", 200),
    CONV("fashion-mnist-conv.safetensors", "784 -> 12C5-P2 -> 64C5-P2 -> 10, as frames", "frame", 16),
    STDP("stdp", "784 -> neurons that inhibit each other -> votes, rate-coded", "", 250);

    private final String weights;
    private final String path;

    private final String code;
    private final int steps;

    DemoPreset(String weights, String path, String code, int steps) {
        this.weights = weights;
        this.path = path;
        this.code = code;
        this.steps = steps;
    }

    /** Returns the embedded trained model. */
    Model trained() throws IOException {
        return EmbeddedModel.read(weights);
    }

    /** Tutorial 3's network has random weights for images of another size. */
    Model model(ImageSet images, long seed) throws IOException {
        if (fits(images)) {
            return trained();
        }
        if (this == CONV) {
            throw new IOException(
                    images.name() + ": images are " + images.size() + ", expected 28 x 28 for --network conv");
        }
        return Model.of(Tutorial.network(images.inputs(), new TorchRandom(seed)));
    }

    boolean fits(ImageSet images) {
        return this == STDP || images.inputs() == Tutorial.INPUTS;
    }

    String training() {
        return this == STDP
                ? "learned by STDP; each spike of a neuron is a vote for its class"
                : "trained on the training images of Fashion-MNIST, 8 bits each";
    }

    String weights() {
        return weights;
    }

    String path(ImageSet images) {
        return path.replaceFirst("784", String.valueOf(images.inputs()));
    }

    InputEncoding code(int ofSteps) {
        return this == STDP ? new EvenRate(ofSteps) : InputEncoding.named(code, ofSteps);
    }

    int steps() {
        return steps;
    }
}
