package dev.spikelane.cli.demo;

import dev.spikelane.cli.output.Machine;
import dev.spikelane.kernel.Simd;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The large numbers of the demo's page. A time that did not settle stands there with its doubt; one that
 * was not taken is left out.
 *
 * @param settings the user's choices
 * @param times the last passes
 * @param timed the images of a pass
 * @param operations weights that spikes add for an image
 * @param multiplications the same if zeros were multiplied too
 * @param besideSnnTorch how this network stands beside snnTorch; empty if the images have another size
 */
record DemoTiles(
        DemoSettings settings,
        PassTimes times,
        int timed,
        double operations,
        long multiplications,
        String besideSnnTorch) {

    Map<String, String> all() {
        Map<String, String> tiles = new LinkedHashMap<>();
        Optional<PassTimes.Spread> time = times.perImage(PassTimes.Pass::network, timed);
        time.ifPresent(spread -> tiles.put("Images per second", imagesPerSecond(spread)));
        if (!besideSnnTorch.isEmpty()) {
            tiles.put("Times as fast as snnTorch", besideSnnTorch);
        }
        tiles.put("Multiplications saved", saved());
        time.ifPresentOrElse(
                spread -> tiles.put("Synaptic events per second", eventsPerSecond(spread)),
                () -> tiles.put(
                        "Synaptic events per image",
                        String.format(
                                Locale.ROOT,
                                "%,.0f\neach a spike that adds one weight; no time was taken",
                                operations)));
        return tiles;
    }

    /** Such as "0.53 ms", with its doubt where there is one. */
    private String milliseconds(PassTimes.Spread spread) {
        return settled() || spread.fastest() == spread.slowest()
                ? milliseconds(spread.median())
                : milliseconds(spread.median()) + " (" + milliseconds(spread.fastest()) + " to "
                        + milliseconds(spread.slowest()) + ")";
    }

    private static String milliseconds(double value) {
        return String.format(Locale.ROOT, value < 0.1 ? "%.3f ms" : "%.2f ms", value);
    }

    /** Why times are in doubt. */
    private String doubt() {
        return (times.passes() == 1 ? "a single pass" : "the last " + times.passes() + " passes did not agree")
                + (times.busy() ? ", while other programs keep this machine busy" : "");
    }

    private boolean settled() {
        return times.settled();
    }

    private String imagesPerSecond(PassTimes.Spread time) {
        return String.format(
                Locale.ROOT,
                "%s%,.0f\n%s each%s; without encoding; threads: %d. %s",
                about(),
                1e3 / time.median(),
                milliseconds(time),
                settled() ? "" : ", in doubt: " + doubt(),
                settings.threads(),
                Machine.cpu());
    }

    private String saved() {
        return String.format(
                Locale.ROOT,
                "%.1f %%\nof %,d for an image: a silent neuron costs nothing, and a spike only adds a weight",
                100 * (1 - operations / multiplications),
                multiplications);
    }

    private String eventsPerSecond(PassTimes.Spread time) {
        return String.format(
                Locale.ROOT,
                "%s%.3g billion\neach a spike that adds one weight; %s",
                about(),
                operations / time.median() * 1e-6,
                Simd.describe());
    }

    private String about() {
        return settled() ? "" : "≈ ";
    }
}
