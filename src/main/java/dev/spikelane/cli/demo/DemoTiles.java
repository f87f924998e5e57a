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
 * @param results what the demo found
 * @param scalar the time of the scalar kernels, if it was taken
 */
record DemoTiles(DemoResults results, ScalarTiming scalar) {

    Map<String, String> all() {
        Map<String, String> tiles = new LinkedHashMap<>();
        Optional<PassTimes.Spread> time = results.images().inNetwork();
        time.ifPresent(spread -> tiles.put("Images per second", imagesPerSecond(spread)));
        if (scalar.isTimed() && time.isPresent()) {
            tiles.put("Times faster than scalar", timesFaster(time.get()));
        }
        tiles.put("Multiplications saved", saved());
        if (!scalar.isTimed()) {
            time.ifPresentOrElse(
                    spread -> tiles.put("Synaptic events per second", eventsPerSecond(spread)),
                    () -> tiles.put("Synaptic events per image", eventsPerImage()));
        }
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
        PassTimes times = results.images().times();
        return (times.passes() == 1 ? "a single pass" : "the last " + times.passes() + " passes did not agree")
                + (times.busy() ? ", while other programs keep this machine busy" : "");
    }

    private boolean settled() {
        return results.images().times().settled();
    }

    private String imagesPerSecond(PassTimes.Spread time) {
        return String.format(
                Locale.ROOT,
                "%s%,.0f\n%s each%s; without encoding; threads: %d. %s",
                about(),
                1e3 / time.median(),
                milliseconds(time),
                settled() ? "" : ", in doubt: " + doubt(),
                results.settings().threads(),
                Machine.cpu());
    }

    private String timesFaster(PassTimes.Spread time) {
        return String.format(
                Locale.ROOT,
                "%s%.1f\non this machine: plain loops take %s for an image; %s",
                about(),
                scalar.millisecondsPerImage() / time.median(),
                milliseconds(scalar.millisecondsPerImage()),
                Simd.describe());
    }

    private String saved() {
        return String.format(
                Locale.ROOT,
                "%.1f %%\nof the %,.0f of a step: a silent neuron costs nothing, and a spike only adds a weight",
                100 * results.images().saved(),
                results.images().multiplications());
    }

    private String eventsPerSecond(PassTimes.Spread time) {
        return String.format(
                Locale.ROOT,
                "%s%.3g billion\neach a spike that adds one weight; %s",
                about(),
                results.settings().steps() * results.images().eventsPerStep() / time.median() * 1e-6,
                Simd.describe());
    }

    private String eventsPerImage() {
        return String.format(
                Locale.ROOT,
                "%,.0f\neach a spike that adds one weight; no time was taken",
                results.settings().steps() * results.images().eventsPerStep());
    }

    private String about() {
        return settled() ? "" : "≈ ";
    }
}
