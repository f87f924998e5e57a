package dev.spikelane.spark;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.network.Population;
import dev.spikelane.train.Decoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The settings with which a model runs: the caller's, else the model's notes, else the defaults of {@code ./spikelane
 * run}.
 *
 * @param steps time steps of a sample
 * @param code the encoding of samples
 * @param decoding the decoding of outputs to a label
 * @param notices sentences about assumed settings, and about differences from the model's notes
 */
record ModelUse(int steps, String code, String decoding, List<String> notices) {

    private static final int STEPS = 25;
    private static final String CODE = "frame";
    private static final String DECODING = "membrane";
    private static final int MOST_STEPS = 100_000;

    /**
     * Chooses and checks the settings.
     *
     * @throws IllegalArgumentException if the network has several inputs, or a setting does not fit the network
     */
    static ModelUse of(Model model, Optional<Integer> steps, Optional<String> code, Optional<String> decoding) {
        requireOneInput(model);
        List<String> notices = new ArrayList<>();
        Optional<Integer> notedSteps = model.steps().stream().boxed().findFirst();
        int useSteps = decide("steps", steps, notedSteps, STEPS, notices);
        if (useSteps < 1 || useSteps > MOST_STEPS) {
            throw new IllegalArgumentException("steps is " + useSteps + ", expected 1 to " + MOST_STEPS);
        }
        Optional<String> notedCode = model.code().filter(word -> !word.isEmpty());
        String useCode = decide("code", code, notedCode, CODE, notices);
        if (!useCode.equals(InputKind.SPIKES_CODE)) {
            InputEncoding.named(useCode, useSteps); // throws with the list of words
        }
        String useDecoding = decide("decoding", decoding, model.decoding(), DECODING, notices);
        requireClasses(model, Decoding.named(useDecoding));
        return new ModelUse(useSteps, useCode, useDecoding, List.copyOf(notices));
    }

    static void requireOneInput(Model model) {
        if (model.network().inputs().size() != 1) {
            throw new IllegalArgumentException("the network has the inputs "
                    + model.network().inputs().stream().map(Input::name).toList() + ", expected one, for the samples");
        }
    }

    private static <T> T decide(
            String what, Optional<T> declared, Optional<T> noted, T otherwise, List<String> notices) {
        if (declared.isEmpty() && noted.isEmpty()) {
            notices.add(what + ": " + otherwise + " is assumed, since the model notes none; the setter says another");
        }
        declared.flatMap(used -> noted.filter(trained -> !trained.equals(used))
                        .map(trained -> what + ": " + used + ", while the model was trained with " + trained
                                + "; accuracy may be lower"))
                .ifPresent(notices::add);
        return declared.or(() -> noted).orElse(otherwise);
    }

    private static void requireClasses(Model model, Decoding decoding) {
        Population population = model.network().population(model.population());
        int outputs = population.size();
        int classes = model.classes().orElse(outputs);
        if (outputs % classes != 0 || classes != outputs && decoding != Decoding.COUNT) {
            throw new IllegalArgumentException("the model notes " + classes + " classes for the " + outputs
                    + " outputs of '" + population.name() + "', decoded by " + decoding
                    + ", expected a divisor of the outputs, and the decoding count");
        }
    }
}
