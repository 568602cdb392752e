import "../shared/styles/main";
