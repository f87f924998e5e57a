@echo off
rem Runs the Spikelane command line on Windows: builds target\spikelane-cli.jar if it is missing, and starts it on the JDK 25
rem or newer of JAVA_HOME or of the PATH. JVM options may be given in JAVA_OPTS. Written without a Windows machine at hand.
setlocal
set "jar=%~dp0target\spikelane-cli.jar"
set "java=java.exe"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
if not exist "%jar%" call mvn -B -ntp -q -f "%~dp0pom.xml" -pl src/cli -am -Dmaven.test.skip=true package || exit /b 1
"%java%" -XX:GCTimeRatio=1 --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED %JAVA_OPTS% -jar "%jar%" %*
exit /b %ERRORLEVEL%
