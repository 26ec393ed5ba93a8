// The answer goes to the app by itself; without this file the person chooses Continue.
document.getElementById("answer").submit();
