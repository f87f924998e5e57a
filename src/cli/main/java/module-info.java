/** The command line of Spikelane. */
module dev.spikelane.cli {
    requires dev.spikelane.plot;
    requires info.picocli;
    requires static java.desktop;
    requires static java.management;
    requires static jdk.management;
    requires static org.jspecify;
}
