package dev.spikelane.cli.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.data.Dataset;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImageSetTest {

    @Test
    void theSampleIsTheFirst256TestImages() throws IOException {
        ImageSet sample = ImageSet.sample();
        assertEquals(256, sample.count());
        assertEquals("28 x 28", sample.size());
        assertEquals(List.of(9, 2, 1, 1, 6, 1, 4, 6, 5, 7), sample.classes().subList(0, 10));
    }

    @Test
    void allClassesHaveAsManyImages() throws IOException {
        assertArrayEquals(ofEach(500), count(ImageSet.training()));
        assertArrayEquals(ofEach(100), count(ImageSet.test()));
    }

    private static int[] ofEach(int images) {
        int[] all = new int[10];
        Arrays.fill(all, images);
        return all;
    }

    private static int[] count(Dataset images) {
        int[] counts = new int[10];
        for (int i = 0; i < images.size(); i++) {
            counts[images.label(i)]++;
        }
        return counts;
    }
}
