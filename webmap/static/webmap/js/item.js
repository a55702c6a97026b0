// The page of one entry: its button for sharing.

import { startShare } from "./share.js";

startShare(document.getElementById("item"), () => location.href);
