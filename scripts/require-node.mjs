// Ends with one sentence where Node is too old for this repository. Plain JavaScript: it has to run on any Node.
const OLDEST = [22, 18];
const [major, minor] = process.version.slice(1).split(".").map(Number);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  const script = process.env.npm_lifecycle_event === "pretest" ? "npm test" : "npm start";
  console.error(
    `This needs Node ${OLDEST.join(".")} or newer, and this is ${process.version}: ` +
      `run  npx -y -p node@24 -c "npm ci && ${script}"  instead.`,
  );
  process.exit(1);
}
