package dev.spikelane.plot.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Properties;

/** The ECharts library, from the WebJar on the class path. */
public final class ECharts {

    private static final String POM = "META-INF/maven/org.webjars.npm/echarts/pom.properties";
    private static final String FOLDER = "META-INF/resources/webjars/echarts/";

    private ECharts() {}

    /** Returns the script for a {@code script} element. */
    public static String script() throws IOException {
        ClassLoader loader = ECharts.class.getClassLoader();
        Properties properties = new Properties();
        try (InputStream stream = loader.getResourceAsStream(POM)) {
            if (stream == null) {
                throw missing();
            }
            properties.load(stream);
        }
        try (InputStream stream =
                loader.getResourceAsStream(FOLDER + properties.getProperty("version") + "/dist/echarts.min.js")) {
            if (stream == null) {
                throw missing();
            }
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            if (text.toLowerCase(Locale.ROOT).contains("</script")) {
                throw new IOException("echarts.min.js: holds '</script', which would end it inside a page");
            }
            return text;
        }
    }

    private static IllegalStateException missing() {
        return new IllegalStateException(OptionalLibrary.message(".html", OptionalLibrary.ECHARTS));
    }
}
